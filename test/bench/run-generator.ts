import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  type Assignment,
  begun,
  type FloodJob,
  type FloodResult,
  type Job,
  type Outcome,
  type ResultOf,
  type ServerAddress,
  stop,
} from './generator/job.ts';

/** A run that takes longer than this hangs: the longest logs in ten thousand connections and watches them for a while. */
const timeoutMs = 240_000;

/** Does one job in a process of its own, so that CPU time of server and generator stay apart. */
export async function runGenerator<Kind extends Job['kind']>(
  server: ServerAddress,
  job: Extract<Job, { kind: Kind }>,
): Promise<ResultOf[Kind]> {
  return await resultOf<Kind>(startGenerator(server, job));
}

/** A flood that goes on. */
export interface RunningFlood {
  stop(): Promise<FloodResult>;
}

/** Resolves when the flood has reached its rate. */
export async function startFlood(server: ServerAddress, job: FloodJob): Promise<RunningFlood> {
  const generator = startGenerator(server, job);
  const result = resultOf<'flood'>(generator);
  const isUnderWay = new Promise((resolve) =>
    generator.on('message', (message) => message === begun && resolve(undefined)),
  );
  await Promise.race([isUnderWay, result]);
  return {
    stop() {
      generator.send(stop);
      return result;
    },
  };
}

function startGenerator(server: ServerAddress, job: Job): ChildProcess {
  const generator = fork(fileURLToPath(import.meta.resolve('./generator/main.ts')));
  const { host, port, pid, wire } = server;
  const assignment: Assignment = { server: { host, port, pid, wire }, job };
  generator.send(assignment);
  return generator;
}

async function resultOf<Kind extends Job['kind']>(generator: ChildProcess): Promise<ResultOf[Kind]> {
  const outcome = await new Promise<Outcome>((resolve) => {
    const timer = setTimeout(() => {
      generator.kill('SIGKILL');
      resolve({ problem: `no result after ${timeoutMs / 1000} s` });
    }, timeoutMs);
    generator.on('message', (message: Outcome | typeof begun) => {
      if (message !== begun) resolve(message);
    });
    // Comes after the last message, which the end of the process need not do.
    generator.once('disconnect', () => {
      clearTimeout(timer);
      resolve({ problem: 'the generator ended without a result' });
    });
  });
  if ('problem' in outcome) throw new Error(outcome.problem);
  // The generator answers with the result that belongs to the kind of its job.
  return outcome.result as ResultOf[Kind];
}
