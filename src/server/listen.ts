import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { RelayStartError } from './relay-options.ts';

/** An address that cannot be had, in words; anything else as it is. */
function explain(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new RelayStartError(`port ${port} on ${host} is in use: stop what listens there, or give --port`);
  }
  if (code === 'EACCES') {
    return new RelayStartError(`port ${port} on ${host} is not allowed to this user: give a --port above 1023`);
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new RelayStartError(`${host} is no address of this machine: give --host with one that is`);
  }
  return error;
}

/** Listens and says the port; throws `RelayStartError` in words when the address cannot be had. */
export async function listen(
  http: { listen(host: string, port: number): Promise<number> },
  host: string,
  port: number,
): Promise<number> {
  try {
    return await http.listen(host, port);
  } catch (error) {
    throw explain(error, host, port);
  }
}

/**
 * Throws as `listen` does, before the folder of a first start is made: one that is left behind would be taken for a relay. Where
 * there is a folder nothing is tried, because clients that come back would meet an address that goes away again.
 */
export async function checkFirstStart(dataDir: string, host: string, port: number): Promise<void> {
  if (existsSync(dataDir)) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const probe = createServer();
  probe.once('error', (error) => reject(explain(error, host, port)));
  probe.listen(port, host, () => probe.close(() => resolve()));
  await promise;
}
