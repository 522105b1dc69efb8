import type { HttpContext, HttpServer } from './context.ts';
import { HttpRefusal } from './refusal.ts';

/** `GET /healthz`: the process answers. `GET /readyz`: it also takes new work, and the store can be written. */
export function registerHealth(server: HttpServer, context: HttpContext): void {
  server.get('/healthz', async () => ({ status: 'ok' }));

  server.get('/readyz', async () => {
    const message = context.notReadyReason();
    if (message !== undefined) throw new HttpRefusal({ code: 'store_unavailable', message });
    return { status: 'ready' };
  });
}
