/** Debian's nginx before a relay, as an administrator would set it up. */
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { until } from '../e2e/contract/until.ts';
import { makeTemporaryFolder, spawnWatched } from '../e2e/watched-process.ts';
import { nginxProgram } from '../tools.ts';

/** A port that was free just now: nginx cannot tell which one it took. */
async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}

function configuration(folder: string, port: number, relayHttp: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  return `daemon off;
    pid ${join(folder, 'nginx.pid')};
    error_log stderr;
    events {}
    http {
      access_log off;
      ${temporary.join('\n')}
      server {
        listen 0.0.0.0:${port};
        location / {
          proxy_pass ${relayHttp};
          proxy_http_version 1.1;
          proxy_set_header Host $http_host;
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          proxy_set_header X-Forwarded-Proto $scheme;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection "upgrade";
          proxy_read_timeout 1h;
        }
      }
    }\n`;
}

export interface Nginx extends AsyncDisposable {
  readonly http: string;
  readonly url: string;
}

export async function startNginx(relayHttp: string): Promise<Nginx> {
  const folder = makeTemporaryFolder();
  const port = await findFreePort();
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configuration(folder, port, relayHttp));
  const nginx = spawnWatched(nginxProgram, ['-c', file, '-p', folder]);
  const http = `http://127.0.0.1:${port}`;
  await until('nginx answers', () => fetch(`${http}/healthz`).catch(() => undefined));
  return {
    http,
    url: `ws://127.0.0.1:${port}/ws/connect/`,
    async [Symbol.asyncDispose]() {
      nginx.kill('SIGTERM');
      await nginx.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
