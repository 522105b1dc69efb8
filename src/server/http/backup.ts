import { type FileHandle, open, rm } from 'node:fs/promises';
import { StoreUnavailableError } from '../store/store.ts';
import { authorizeAdmin } from './authorize.ts';
import type { HttpContext, HttpServer } from './context.ts';
import { HttpRefusal } from './refusal.ts';

/** Opens the copy and takes its name away, so that nothing is left of it however this ends. */
async function openCopy(context: HttpContext): Promise<FileHandle> {
  const path = await context.backUp().catch((error: unknown) => {
    if (!(error instanceof StoreUnavailableError)) throw error;
    throw new HttpRefusal({ code: 'store_unavailable', message: `no backup was made: ${error.message}` });
  });
  try {
    return await open(path, 'r');
  } finally {
    await rm(path, { force: true });
  }
}

/**
 * `POST /api/admin/backup`: a consistent copy of the store while it runs, as the bytes of one SQLite file; with an admin key
 * (PROTOCOL C). Refusals are JSON as everywhere.
 */
export function registerBackup(server: HttpServer, context: HttpContext): void {
  server.post('/api/admin/backup', async (request, reply) => {
    await authorizeAdmin(context, request);
    const copy = await openCopy(context);
    const { size } = await copy.stat();
    return reply
      .header('content-type', 'application/vnd.sqlite3')
      .header('content-disposition', 'attachment; filename="relay.backup"')
      .header('content-length', size)
      .send(copy.createReadStream());
  });
}
