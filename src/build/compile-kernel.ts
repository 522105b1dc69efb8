import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const sourceFolder = fileURLToPath(new URL('../server/lane/assembly', import.meta.url));
/** Pages of 64 KiB: the tables, the memory for frames, and that for receipts (`arena.ts`). */
const memoryPages = '24';

/** The kernel of the fast lane as WebAssembly. Throws what the compiler says when it cannot be compiled. */
export async function compileKernel(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'kernel-'));
  const outFile = join(folder, 'kernel.wasm');
  try {
    const options = [
      '--baseDir',
      sourceFolder,
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--initialMemory',
      memoryPages,
    ];
    const { error, stderr } = await asc.main([
      'kernel.ts',
      ...options,
      '--maximumMemory',
      memoryPages,
      '--outFile',
      outFile,
    ]);
    if (error !== null) throw new Error(`the kernel does not compile: ${stderr.toString()}`, { cause: error });
    return await readFile(outFile);
  } finally {
    await rm(folder, { recursive: true });
  }
}
