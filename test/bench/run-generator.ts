import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Assignment, Job, Outcome, ResultOf, ServerAddress } from './generator/job.ts';

/** A run that takes longer than this hangs: the longest logs in ten thousand connections and watches them for a while. */
const timeoutMs = 240_000;

/** Does one job in a process of its own, so that CPU time of server and generator stay apart. */
export async function runGenerator<Kind extends Job['kind']>(
  server: ServerAddress,
  job: Extract<Job, { kind: Kind }>,
): Promise<ResultOf[Kind]> {
  const generator = fork(fileURLToPath(import.meta.resolve('./generator/main.ts')));
  const { host, port, pid, wire } = server;
  const assignment: Assignment = { server: { host, port, pid, wire }, job };
  const outcome = await new Promise<Outcome>((resolve) => {
    const timer = setTimeout(() => {
      generator.kill('SIGKILL');
      resolve({ problem: `no result after ${timeoutMs / 1000} s` });
    }, timeoutMs);
    generator.once('message', (message: Outcome) => resolve(message));
    // Comes after the last message, which the end of the process need not do.
    generator.once('disconnect', () => {
      clearTimeout(timer);
      resolve({ problem: 'the generator ended without a result' });
    });
    generator.send(assignment);
  });
  if ('problem' in outcome) throw new Error(outcome.problem);
  // The generator answers with the result that belongs to the kind of its job.
  return outcome.result as ResultOf[Kind];
}
