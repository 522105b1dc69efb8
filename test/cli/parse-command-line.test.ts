import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { commandTable } from '../../src/cli/command-table.ts';
import { exitCodeOfError } from '../../src/cli/exit-codes.ts';
import { parseCommandLine } from '../../src/cli/parse-command-line.ts';

const parse = (...args: string[]) => parseCommandLine(args, '1.2.3');

async function argvOf(...args: string[]): Promise<Readonly<Record<string, unknown>>> {
  const parsed = await parse(...args);
  if (parsed.kind !== 'run') throw new Error(`printed ${parsed.text}`);
  return parsed.argv;
}

async function textOf(...args: string[]): Promise<string> {
  const parsed = await parse(...args);
  return parsed.kind === 'text' ? parsed.text : 'ran';
}

async function commandAt(...words: string[]): Promise<Command> {
  const [first, second] = words;
  const isNamed = (name: string | undefined) => (entry: { usage: string }) => entry.usage.split(' ')[0] === name;
  const entry = commandTable.find(isNamed(first));
  const named = entry !== undefined && 'commands' in entry ? entry.commands.find(isNamed(second)) : entry;
  if (named === undefined) throw new Error(`there is no ${words.join(' ')}`);
  return await named.load();
}

async function refusalOf(...args: string[]): Promise<string> {
  try {
    await parse(...args);
  } catch (error) {
    expect(exitCodeOfError(error)).toBe(2);
    return error instanceof Error ? error.message : '';
  }
  return 'taken';
}

describe('a command line', () => {
  it('names several targets, and the payload behind them is no target', async () => {
    const argv = await argvOf('send', '-t', 'gate', '--target', 'pump', '{"cmd":"open"}');
    expect(argv).toMatchObject({ target: ['gate', 'pump'], payload: ['{"cmd":"open"}'], timeout: 5000 });
  });

  it('takes - as a payload, and numbers as text', async () => {
    expect(await argvOf('send', '-t', '007', '-')).toMatchObject({ target: ['007'], payload: ['-'] });
    expect(await argvOf('presence', '1', '2e3', 'true')).toMatchObject({ id: ['1', '2e3', 'true'] });
  });

  it('takes fields, brackets and dots as they are', async () => {
    expect(await argvOf('send', '-t', 'a.b', 'x.y=1', 'deep[k]:=2')).toMatchObject({
      target: ['a.b'],
      payload: ['x.y=1', 'deep[k]:=2'],
    });
  });

  it('takes the common flags before and after the command', async () => {
    expect(await argvOf('--profile', 'prod', 'send', '-t', 'x', '{}', '--no-input', '-q', '--json')).toMatchObject({
      profile: 'prod',
      noInput: true,
      quiet: true,
      json: true,
    });
  });

  it('is the version with --version, also behind a command', async () => {
    expect(await textOf('--version')).toBe('1.2.3');
    expect(await textOf('-V')).toBe('1.2.3');
  });
});

describe('a mistake on the command line', () => {
  it('in a command is answered with the one that was meant', async () => {
    expect(await refusalOf('sned')).toBe('there is no command "sned"; did you mean "send"?');
    expect(await refusalOf('device', 'rotate-tokn', 'gate')).toBe(
      'there is no command "device rotate-tokn"; did you mean "rotate-token"?',
    );
    expect(await refusalOf('qqqq')).toBe('there is no command "qqqq"');
  });

  it('in a command is not blamed on the flags behind it', async () => {
    expect(await refusalOf('sned', '-t', 'x', '{}')).toBe('there is no command "sned"; did you mean "send"?');
    expect(await refusalOf('--profile', 'prod', 'sned', '--wait', 'sent')).toContain('did you mean "send"?');
    expect(await refusalOf('device', 'rmm', 'gate', '--dry-run')).toContain('did you mean "rm"?');
    expect(await refusalOf('--porfile', 'prod')).toContain('did you mean "--profile"?');
  });

  it('in a command is answered with the one that has another name here', async () => {
    expect(await refusalOf('device', 'list')).toBe('there is no command "device list"; did you mean "ls"?');
    expect(await refusalOf('key', 'remove', 'k')).toBe('there is no command "key remove"; did you mean "rm"?');
    expect(await refusalOf('user', 'create', 'lab')).toBe('there is no command "user create"; did you mean "add"?');
    expect(await refusalOf('remove')).toBe('there is no command "remove"');
  });

  it('in a flag is answered with the one that was meant', async () => {
    expect(await refusalOf('send', '-t', 'x', '{}', '--tiemout', '3s')).toBe(
      'there is no flag --tiemout; did you mean "--timeout"?',
    );
    expect(await refusalOf('send', '-t', 'x', '{}', '--tiemout=3s')).toContain('did you mean "--timeout"?');
    expect(await refusalOf('--porfile', 'prod', 'profile', 'ls')).toContain('did you mean "--profile"?');
    expect(await refusalOf('send', '-t', 'x', '{}', '-Z')).toBe('there is no flag -Z');
  });

  it('in a value is said with the value and how it is written', async () => {
    expect(await refusalOf('send', '-t', 'x', '{}', '--timeout', '3')).toBe(
      '--timeout 3: write a duration with its unit, such as 5s, 2m or 24h',
    );
    expect(await refusalOf('listen', '--count', '0')).toBe('--count 0: write a whole number of at least 1');
  });

  it('that leaves something out is said', async () => {
    expect(await refusalOf('send', '{}')).toBe('--target is missing: see "relay send --help"');
    for (const command of ['send', 'call']) {
      expect(await refusalOf(command, '--timeout', '1s', 'gate', '{}')).toBe(
        `--target is missing: say -t gate, or see "relay ${command} --help"`,
      );
    }
    expect(await refusalOf('send', '@gate', '{}')).toBe('--target is missing: say -t gate, or see "relay send --help"');
    expect(await refusalOf('send', '--to', 'gate', '{}')).toBe(
      'there is no flag --to; --target is missing: see "relay send --help"',
    );
    expect(await refusalOf('send', '--tagret', 'gate', '{}')).toBe(
      'there is no flag --tagret; did you mean "--target"?',
    );
    expect(await refusalOf('send', '--no-input', '--no-queue', '{}', '--', '--to')).toBe(
      '--target is missing: see "relay send --help"',
    );
    expect(await refusalOf('send', '{}', '-t')).toBe('-t needs a value');
    expect(await refusalOf('device', 'add')).toBe('something is missing: relay device add <id>');
    expect(await refusalOf('device')).toBe('relay device needs one of: add, ls, show, rm, rotate-token');
  });

  it('that gives too much is said', async () => {
    expect(await refusalOf('device', 'add', 'a', 'b')).toBe('"b" is one too many: relay device add <id>');
    expect(await refusalOf('send', '-t', 'x', '{}', '--timeout', '1s', '--timeout', '2s')).toBe(
      '--timeout is given more than once',
    );
  });
});

describe('--help', () => {
  const names = commandTable.flatMap((entry) =>
    'commands' in entry
      ? entry.commands.map((command) => [entry.usage, command.usage.split(' ')[0] ?? ''])
      : [[entry.usage.split(' ')[0] ?? '']],
  );

  it('lists the commands', async () => {
    const help = await textOf('--help');
    for (const [name] of names) expect(help).toContain(`relay ${name}`);
  });

  it('is at most 80 columns wide where nobody knows better, but for what is to be copied', async () => {
    const [about] = (await textOf('send', '--help')).split('Examples:');
    const widths = (about ?? '').split('\n').map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(80);
  });

  it('is also what "help COMMAND" says', async () => {
    expect(await textOf('help', 'send')).toBe(await textOf('send', '--help'));
    expect(await textOf('help', 'device', 'add')).toBe(await textOf('device', 'add', '--help'));
    expect(await textOf('help')).toBe(await textOf('--help'));
    expect(await refusalOf('help', 'sned')).toContain('did you mean "send"?');
  });

  it.each(names)('of %s %s has two examples that the command line takes', async (...words) => {
    const help = await textOf(...words, '--help');
    const { examples: whole } = await commandAt(...words);
    for (const [typed] of whole) expect(help).toContain(`\n  ${typed}\n`);
    const examples = help.split('\n').filter((line) => /^ {2}relay /.test(line));
    expect(examples.length).toBeGreaterThanOrEqual(2);
    for (const example of examples) expect(example).toContain(`relay ${words.join(' ')}`);
  });
});
