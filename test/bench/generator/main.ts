/** The generator: takes one job from the process that forked it, does it, answers, and ends. */
import { runFillQueues } from './fill-queues.ts';
import { runFlood } from './flood.ts';
import { runIdle } from './idle.ts';
import type { Assignment, Job, Outcome, ResultOf } from './job.ts';
import { runOfferedLoad } from './offered-load.ts';
import { runOneInFlight } from './one-in-flight.ts';
import { createRig, type Rig } from './rig.ts';
import { runWindow } from './window.ts';

function run(rig: Rig, job: Job): Promise<ResultOf[Job['kind']]> {
  switch (job.kind) {
    case 'window':
      return runWindow(rig, job);
    case 'one-in-flight':
      return runOneInFlight(rig, job);
    case 'offered-load':
      return runOfferedLoad(rig, job);
    case 'idle':
      return runIdle(rig, job);
    case 'fill-queues':
      return runFillQueues(rig, job);
    case 'flood':
      return runFlood(rig, job);
    default:
      return job satisfies never;
  }
}

/** Answers and ends at once: the sockets are cut off, and whatever they would still say is of no interest. */
function answer(outcome: Outcome): void {
  process.send?.(outcome, () => process.exit());
}

process.once('message', ({ server, job }: Assignment) => {
  const answerProblem = (error: Error) => answer({ problem: error.message });
  const rig = createRig(server, answerProblem);
  rig.flow.watch(answerProblem);
  run(rig, job).then((result) => answer({ result }), answerProblem);
});
