import { Arena, compileKernel } from './arena.ts';

/** Arenas that wait in vain for slow readers at the same time; beyond, frames are copied before they are written. */
const lentMax = 32;
/** Arenas that are kept though none needs them now. */
const spareMax = 4;

export type Arenas = ReturnType<typeof createArenas>;

/** The memories of a relay's fast lane: mostly one, more while operating systems are slow to take what was written. */
export function createArenas() {
  const kernel = compileKernel();
  let spare: Arena[] = [];
  const first = make();
  let current = first;
  let lent = 0;

  function make(): Arena {
    return new Arena(kernel, (arena) => {
      if (arena === current) return;
      lent -= 1;
      if (spare.length < spareMax) spare = [...spare, arena];
    });
  }

  function next(): Arena | undefined {
    try {
      current = spare.pop() ?? make();
    } catch (error) {
      // WebAssembly says a lack of memory so; everything else is a bug.
      if (error instanceof RangeError) return undefined;
      throw error;
    }
    lent += 1;
    return current;
  }

  return {
    first,

    /** Whether a write may take its bytes from an arena although that may keep it busy. */
    get mayLend(): boolean {
      return lent < lentMax;
    },

    /** An arena with room for so many bytes; undefined when the machine has no memory for one. */
    take(bytes: number): Arena | undefined {
      return !current.isLent && current.hasRoom(bytes) ? current : next();
    },
  };
}
