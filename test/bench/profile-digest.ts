/** Says where the time of a CPU profile went: `node test/bench/profile-digest.ts FILE.cpuprofile [rows]`. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Samples that are no work of the program. */
const waiting = ['(idle)', '(root)'];

/** Microseconds by function, the one in which the processor was, most first. */
function selfTimes({ nodes, samples, timeDeltas }: Profile): readonly (readonly [string, number])[] {
  const names = new Map(
    nodes.map(({ id, callFrame }) => {
      const place = callFrame.url === '' ? '' : ` ${basename(callFrame.url)}:${callFrame.lineNumber + 1}`;
      return [id, `${callFrame.functionName || '(anonymous)'}${place}`];
    }),
  );
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '(unknown)';
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index + 1] ?? 0));
  }
  return [...times].filter(([name]) => !waiting.includes(name)).sort((a, b) => b[1] - a[1]);
}

const [file, rows] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('say which profile: node test/bench/profile-digest.ts FILE.cpuprofile [rows]\n');
  process.exitCode = 2;
} else {
  const times = selfTimes(JSON.parse(readFileSync(file, 'utf8')));
  const totalUs = times.reduce((sum, [, time]) => sum + time, 0);
  process.stdout.write(`${(totalUs / 1e6).toFixed(2)} s busy\n`);
  for (const [name, time] of times.slice(0, Number(rows ?? 25))) {
    process.stdout.write(`${((time / totalUs) * 100).toFixed(1).padStart(5)} %  ${name}\n`);
  }
}
