import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import { CommandError, exitCodes, usageError } from './exit-codes.ts';
import type { OutputStream } from './output.ts';

/** Asks the person at the terminal. Questions go to standard error, because standard output is data. */
export interface Prompts {
  /** False with `--no-input` and where nobody sits: then nothing is asked and the command says what it needs. */
  readonly interactive: boolean;
  line(question: string, suggestion?: string): Promise<string>;
  /** The same without echo. */
  secret(question: string): Promise<string>;
  /** Anything but a clear yes is a no. */
  confirm(question: string): Promise<boolean>;
}

interface PromptStreams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stderr: OutputStream;
  readonly input: boolean;
}

export function createPrompts({ stdin, stderr, input }: PromptStreams): Prompts {
  const interactive = input && stdin.isTTY === true && stderr.isTTY === true;

  async function ask(question: string, echo: boolean): Promise<string> {
    if (!interactive) throw usageError(`cannot ask "${question}": nobody is at the terminal`);
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    const lines = createInterface({ input: stdin, output: echo ? stderr : nowhere, terminal: true, prompt: '' });
    // After the line above, which switches the terminal's own echo off: whoever answers at once must not be shown.
    stderr.write(`${question} `);
    // In the terminal's raw mode Ctrl+C is a key and no signal.
    const interrupted = once(lines, 'SIGINT').then(() => {
      throw new CommandError(exitCodes.interrupted, '');
    });
    const ended = once(lines, 'close').then(() => {
      throw usageError('no answer');
    });
    const answered = once(lines, 'line').then(([line]) => String(line).trim());
    // Whichever loses the race below ends unheard.
    for (const loser of [interrupted, ended, answered]) loser.catch(() => undefined);
    try {
      return await Promise.race([answered, interrupted, ended]);
    } finally {
      lines.close();
      if (!echo) stderr.write('\n');
    }
  }

  return {
    interactive,
    async line(question, suggestion) {
      const answer = await ask(suggestion === undefined ? `${question}:` : `${question} [${suggestion}]:`, true);
      return answer === '' ? (suggestion ?? '') : answer;
    },
    secret: (question) => ask(`${question} (not shown):`, false),
    confirm: async (question) => /^y(es)?$/i.test(await ask(`${question} [y/N]`, true)),
  };
}

/** Standard input whole, as text. */
async function readText(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** Reads one secret a line, for the `--…-stdin` flags; `names` says what each line is, for the error. */
export async function readSecrets(stdin: Readable, names: readonly string[]): Promise<readonly string[]> {
  const lines = (await readText(stdin)).split(/\r?\n/).map((line) => line.trim());
  return names.map((name, index) => {
    const secret = lines[index];
    if (secret === undefined || secret === '') {
      throw usageError(`standard input holds no ${name}: its line ${index + 1} is empty`);
    }
    return secret;
  });
}
