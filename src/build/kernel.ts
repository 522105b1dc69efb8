/** Compiles the kernel of the fast lane and writes it down as text, so that running and testing need no compiler. */
import { writeFile } from 'node:fs/promises';
import { compileKernel } from './compile-kernel.ts';

const wasm = await compileKernel();
const text = `// Made by \`npm run kernel\` from assembly/kernel.ts; a test compares the two.
export const kernelWasm =
  '${wasm.toString('base64')}';
`;
await writeFile(new URL('../server/lane/kernel-wasm.ts', import.meta.url), text);
