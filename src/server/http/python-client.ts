import { readAsset } from './assets.ts';
import type { HttpContext, HttpServer } from './context.ts';
import { ownAddress } from './own-address.ts';
import { HttpRefusal } from './refusal.ts';

const defaultUrlLine = /^DEFAULT_URL = .*$/m;

/** `GET /relay_client.py`: the Python client, with this relay as the one that it connects to unless told otherwise. */
export function registerPythonClient(server: HttpServer, context: HttpContext): void {
  server.get('/relay_client.py', async (request, reply) => {
    const source = readAsset('relay_client.py')?.toString('utf8');
    if (source === undefined) {
      throw new HttpRefusal({ code: 'not_found', message: 'the Python client is not built here: npm run build' });
    }
    const line = `DEFAULT_URL = ${JSON.stringify(ownAddress(request, context).ws)}`;
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    return reply.type('text/x-python; charset=utf-8').send(source.replace(defaultUrlLine, () => line));
  });
}
