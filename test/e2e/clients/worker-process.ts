/** Runs a worker that somebody else could have written, as a process of its own, and reads the events that it prints. */
import { join } from 'node:path';
import { spawnWatched } from '../watched-process.ts';

const folder = join(import.meta.dirname, 'workers');

interface WorkerEvent {
  readonly event: 'authenticated' | 'handled' | 'closed';
  readonly client_id?: string;
  readonly n?: number;
  readonly code?: number | null;
}

export interface WorkerProcess extends AsyncDisposable {
  /** Resolves with its next event; rejects, with what it wrote on standard error, when it ended instead. */
  nextEvent(): Promise<WorkerEvent>;
  /** SIGKILL, as when somebody pulls the plug. */
  kill(): Promise<void>;
}

/** Starts `COMMAND FILE ARGS`, the file being one of the workers beside this one. */
export function startWorker(command: string, file: string, args: readonly string[]): WorkerProcess {
  const worker = spawnWatched(command, [join(folder, file), ...args]);
  let eventsRead = 0;
  return {
    async nextEvent() {
      const line = new RegExp(`^(?:.*\\n){${eventsRead}}(.*)\\n`);
      const [, text = ''] = await worker.stdout.waitFor(line);
      eventsRead += 1;
      return JSON.parse(text);
    },
    async kill() {
      worker.kill('SIGKILL');
      await worker.exited;
    },
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  };
}
