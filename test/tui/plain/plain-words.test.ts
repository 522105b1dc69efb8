/** Everything that the commander can do, done in lines. */
import { describe, expect, it } from 'vitest';
import type { DeviceDetail, QueuedMessage } from '../../../src/client/http-types.ts';
import { bounded } from '../../../src/tui/plain/announce.ts';
import { isSecretNext } from '../../../src/tui/plain/read-line.ts';
import { words } from '../../../src/tui/plain/words.ts';
import { offline, online, received, startMs } from '../harness.ts';
import { type PlainCommander, plainCommander } from './plain-commander.ts';

const firstRun = { name: 'first-run', choice: 'start', problem: undefined } as const;
const beginning = { screen: firstRun, connection: 'none' } as const;

describe('the first run in lines', () => {
  it('starts a relay here on Enter', () => {
    const { enter, commander } = plainCommander(beginning);
    expect(enter(':help').join(' ')).toMatch(/Enter starts one .*:connect connects/);
    expect(enter('').join()).toContain('Starting a relay');
    expect(commander.effects).toEqual([{ effect: 'start-local-relay' }]);
  });

  it('connects with an address and a key, and the key is secret', () => {
    const { enter, hear, commander } = plainCommander(beginning);
    expect(enter(':connect').join()).toContain('The address of the relay');
    expect(enter('').join()).toContain('The address of the relay');
    expect(isSecretNext(commander.state)).toBe(false);
    expect(enter('relay.example').join()).toContain('The master key for relay.example');
    expect(isSecretNext(commander.state)).toBe(true);
    expect(enter('').join()).toContain('A master key is needed');
    const said = enter('rly_master_x').join();
    expect(said).toContain('Connecting to relay.example');
    expect(said).not.toContain('rly_master_x');
    expect(commander.effects).toEqual([
      {
        effect: 'join',
        joining: { aim: { for: 'first-relay' }, url: 'relay.example', authKey: 'rly_master_x', name: '' },
      },
    ]);
    expect(hear({ type: 'beginning-failed', reason: 'unknown or revoked' }).join()).toMatch(
      /unknown or revoked.*The master key for relay.example/s,
    );
    expect(enter(':address').join()).toContain('The address of the relay');
    enter('wss://other.example');
    expect(commander.effects.at(-1)).toMatchObject({
      joining: { url: 'wss://other.example', authKey: 'rly_master_x' },
    });
  });

  it('goes back from the form, and Enter starts a relay then', () => {
    const { enter, commander } = plainCommander(beginning);
    enter(':connect');
    expect(enter(':no').join()).toContain('Enter starts one');
    enter('');
    expect(commander.effects).toEqual([{ effect: 'start-local-relay' }]);
  });

  it.each([[[':quit']], [[':connect', ':quit']], [[':connect', 'relay.example', ':quit']]])(
    'is left by %s',
    (lines) => {
      const { enter, commander } = plainCommander(beginning);
      for (const line of lines) enter(line);
      expect(commander.effects).toEqual([{ effect: 'exit' }]);
    },
  );
});

describe('saved connections and commands in lines', () => {
  const profiles = [
    { name: 'prod', url: 'wss://relay.example' },
    { name: 'test', url: 'wss://test.example' },
  ];

  it.each(['2', 'test'])('are chosen by number or name (%s)', (answer) => {
    const { enter, hear, commander } = plainCommander();
    enter(':profiles');
    expect(hear({ type: 'profiles-listed', profiles })).toContain('2: test, wss://test.example');
    expect(enter('9').join()).toContain('from 1 to 3');
    expect(enter('@gate {"cmd":"open"}').join()).toContain('from 1 to 3');
    enter(answer);
    expect(commander.effects).toEqual([{ effect: 'list-profiles' }, { effect: 'open-profile', name: 'test' }]);
    expect(commander.state.overlay).toBeUndefined();
  });

  it('say that another relay answers, also where the last one did until now', () => {
    const { hear } = plainCommander();
    const connection = { phase: 'authenticated', clientId: 'me', sinceMs: startMs } as const;
    const said = hear(
      { type: 'relay-chosen', label: 'test', url: 'wss://test.example' },
      { type: 'connection-changed', connection },
    );
    expect(said).toEqual(['Connected to test as me.']);
  });

  it('ask for each variable, and are sent by an Enter of their own', () => {
    const { enter, hear, commander } = plainCommander();
    const move = { payload: '{"cmd":"move","x":{{x}},"say":"{{text}}"}', targets: ['gate'] };
    enter(':snippets');
    hear({ type: 'snippets-listed', snippets: new Map([['move', move]]) });
    expect(enter('move').join()).toContain('The value of x:');
    expect(enter('5').join()).toContain('The value of text:');
    expect(enter(':no').join()).not.toContain('Ready');
    hear({ type: 'snippets-listed', snippets: new Map([['move', move]]) });
    enter('1');
    enter('5');
    expect(enter('  two words')).toEqual(['Ready: @gate {"cmd":"move","x":5,"say":" two words"}', 'Enter sends it.']);
    expect(commander.sent).toEqual([]);
    enter('');
    expect(commander.sent).toHaveLength(1);
  });

  it('say what is wrong with a value each time', () => {
    const { enter, hear } = plainCommander();
    hear({ type: 'snippets-listed', snippets: new Map([['n', { payload: '{"n":{{n}}}', targets: ['gate'] }]]) });
    enter('1');
    for (let n = 0; n < 2; n++) expect(enter('fast').join()).toContain('is not JSON');
    expect(enter('7').join()).toContain('Ready: @gate {"n":7}');
  });

  it('are saved with their variables', () => {
    const { enter, commander } = plainCommander();
    expect(enter(':keep @gate {"cmd":"move","x":{{x}}}').join()).toContain('A name for it:');
    enter('move');
    const snippet = { payload: '{"cmd":"move","x":{{x}}}', targets: ['gate'] };
    expect(commander.effects).toEqual([{ effect: 'save-snippet', name: 'move', snippet }]);
    expect(commander.state.composer.buffer.text).toBe('');
    enter(':no');
    expect(enter(':keep @gate nonsense').join()).toContain('Only a command that is JSON');
  });
});

const detail: DeviceDetail = {
  device: 'pump-1',
  state: 'offline',
  online_since: null,
  last_seen: null,
  waiting: 2,
  registered: true,
  address: null,
  created_at: new Date(startMs).toISOString(),
  outcomes: [{ state: 'delivered', from: 'boss', count: 3, at: new Date(startMs).toISOString() }],
};

function queued(seq: number): QueuedMessage {
  const at = new Date(startMs).toISOString();
  return { seq, from: 'boss', queued_at: at, expires_at: null, attempts: 0, handed: false, payload: `{"n":${seq}}` };
}

function lookAt({ enter, hear }: PlainCommander, id: string, waiting: readonly number[]): readonly string[] {
  enter(`:look ${id}`);
  const messages = waiting.map(queued);
  const queue = { target: id, waiting: messages.length, bytes: 20, messages };
  return hear({ type: 'device-looked', id, detail: { ...detail, device: id }, queue, problem: undefined });
}

describe('what waits, in lines', () => {
  it('is said with its numbers, once', () => {
    const plain = plainCommander();
    const said = lookAt(plain, 'pump-1', [7, 9]);
    expect(said).toContain('2 messages waiting for it.');
    expect(said).toContain('number 9, waiting 0s, from boss: {"n":9}');
    // The sheet is asked for again every two seconds: only what has changed is said.
    const queue = { target: 'pump-1', waiting: 2, bytes: 20, messages: [7, 9].map(queued) };
    const again = { type: 'device-looked', id: 'pump-1', detail, queue, problem: undefined } as const;
    expect(plain.hear(again)).toEqual([]);
    expect(plain.hear({ ...again, queue: { ...queue, waiting: 1, messages: [queued(9)] } })).toEqual([
      '1 message waiting for it.',
    ]);
  });

  it('is cancelled one by one after a yes, and no other number is', () => {
    const plain = plainCommander();
    lookAt(plain, 'pump-1', [7, 9]);
    expect(plain.enter(':cancel 8').join()).toContain('No waiting message has the number 8');
    const asked = plain.enter(':cancel 9').join();
    expect(asked).toContain('Cancel message 9 to pump-1 at prod?');
    expect(asked).toContain('It will not arrive, and its sender is told.');
    expect(plain.enter('n')).toEqual(['Nothing was done.']);
    expect(plain.commander.effects.map(({ effect }) => effect)).toEqual(['look']);
    plain.enter(':cancel 9');
    plain.enter('y');
    expect(plain.commander.effects.at(-1)).toEqual({
      effect: 'remove',
      removal: { remove: 'queued', target: 'pump-1', seq: 9 },
    });
  });

  it('is cancelled altogether after a yes', () => {
    const plain = plainCommander();
    expect(plain.enter(':purge').join()).toContain(':look NAME');
    lookAt(plain, 'pump-1', [7, 9]);
    const asked = plain.enter(':purge').join();
    expect(asked).toContain('Cancel all 2 that wait for pump-1 at prod?');
    expect(asked).toContain('They will not arrive, and their senders are told.');
    plain.enter('y');
    expect(plain.commander.effects.at(-1)).toMatchObject({ removal: { remove: 'queue', count: 2 } });
  });
});

describe('the care of devices in lines', () => {
  it('removes the one that is named, and not the one that was looked at', () => {
    const plain = plainCommander();
    lookAt(plain, 'pump-1', []);
    expect(plain.enter(':remove pump-2').join()).toContain('Type pump-2 to remove it');
    expect(plain.enter('pump-1').join()).toContain('nothing is removed');
    plain.enter('pump-2');
    expect(plain.commander.effects.at(-1)).toEqual({ effect: 'remove-device', id: 'pump-2' });
    expect(plain.hear({ type: 'device-removed', id: 'pump-2' }).join()).toContain('pump-2 is removed');
  });

  it('removes the one that was looked at where none is named', () => {
    const plain = plainCommander();
    expect(plain.enter(':remove').join()).toContain('Which one?');
    lookAt(plain, 'pump-1', []);
    plain.enter(':remove');
    plain.enter('pump-1');
    expect(plain.commander.effects.at(-1)).toEqual({ effect: 'remove-device', id: 'pump-1' });
  });

  it('makes a new token after a time and a yes, says it once, and saves a worker', () => {
    const { enter, hear, commander } = plainCommander();
    expect(enter(':token gate').join()).toContain('The old token of gate goes on for');
    expect(enter('1h').join()).toContain('works for 1h more');
    enter('y');
    expect(commander.effects).toEqual([{ effect: 'rotate-token', id: 'gate', keepOld: '1h' }]);
    const device = { id: 'gate', token: 'rly_device_n', url: 'wss://r', worker: '#', oldToken: { keptFor: '1h' } };
    expect(hear({ type: 'device-added', device }).join()).toContain('said this once: rly_device_n');
    enter(':worker');
    enter(':copy');
    expect(commander.effects.slice(1)).toEqual([
      { effect: 'save-worker', worker: '#' },
      { effect: 'copy', text: 'rly_device_n' },
    ]);
    enter('@gate {"cmd":"open"}');
    expect(commander.sent).toHaveLength(1);
    expect(JSON.stringify(commander.state)).not.toContain('rly_device_n');
  });

  it.each([':look', ':remove', ':token'])('%s does nothing to a name that is not known', (word) => {
    const { enter, commander } = plainCommander();
    expect(enter(`${word} pump-3`).join()).toContain('pump-3 is not known here');
    expect(commander.state.overlay).toBeUndefined();
    expect(commander.effects).toEqual([]);
  });
});

describe('reading in lines', () => {
  it('says one message whole, line by line, with what was answered', () => {
    const { enter, hear } = plainCommander();
    enter('@gate {"cmd":"open","deep":{"x":[1,2]}}');
    hear(received({ sender: 'gate', _re: 'c-test-1', ok: true }));
    const said = enter(':read 2');
    expect(said[0]).toContain('To gate, 2026-07-30');
    expect(said).toContain('  "cmd": "open",');
    expect(said).toContain('The reply:');
    expect(enter(':read 99')).toEqual(['There is no such message.']);
  });

  it('says only what fits the filter', () => {
    const { enter, hear, commander } = plainCommander({ devices: [online('gate'), offline('pump-1')] });
    enter(':filter from=gate');
    expect(hear(received({ sender: 'gate', n: 1 }), received({ sender: 'pump-1', n: 2 }))).toEqual(['gate: {"n":1}']);
    expect(enter(':last')).toEqual(['gate: {"n":1}']);
    enter(':filter');
    expect(enter(':last')).toHaveLength(2);
    expect(commander.state.messages.log.filter).toBeUndefined();
  });
});

describe('a command once more, in lines', () => {
  it('is brought back with its targets, and sent by Enter', () => {
    const { enter, commander } = plainCommander();
    enter('@pump-1 {"n":1}');
    enter('@gate {"n":2}');
    expect(enter(':again')).toEqual(['Ready: @gate {"n":2}', 'Enter sends it.']);
    expect(enter(':again 2')).toEqual(['Ready: @pump-1 {"n":1}', 'Enter sends it.']);
    expect(commander.sent).toHaveLength(2);
    enter('');
    expect(commander.sent.at(-1)).toMatchObject({ target: 'pump-1' });
  });

  it('is dropped when something else is done first: a later Enter sends nothing', () => {
    const { enter, commander } = plainCommander();
    enter('@gate cmd=open');
    expect(enter(':devices').join()).toContain('dropped');
    enter('');
    expect(commander.sent).toEqual([]);
  });
});

it('says every refusal, also the same one twice', () => {
  const { enter } = plainCommander();
  for (let n = 0; n < 2; n++) expect(enter('{"cmd":"open"}').join()).toContain('Nobody is addressed');
});

it('names every word in its help', () => {
  const { enter } = plainCommander();
  const help = enter(':help').join('\n');
  for (const word of Object.keys(words)) expect(help).toContain(`:${word}`);
});

it('says a thousand changes in eight lines, the last of which counts the rest', () => {
  const { hear, commander } = plainCommander();
  const messages = Array.from({ length: 1000 }, (_, n) => received({ sender: 'gate', n }));
  const said = bounded(hear(...messages));
  expect(said).toHaveLength(8);
  expect(said[0]).toBe('gate: {"n":0}');
  expect(said.at(-1)).toBe('and 993 more: :last 993 reads them, the newest last.');
  expect(commander.state.messages.log.entries).toHaveLength(1000);
});

it('takes a name as it is before one that is only said so', () => {
  // The one that is only said so stands first in the list.
  const devices = [online('\u202e!'), online('\\u202e!')];
  const { enter, commander } = plainCommander({ devices });
  expect(commander.state.devices.all[0]?.id).toBe('\u202e!');
  enter(':look \\u202e!');
  expect(commander.effects).toEqual([{ effect: 'look', id: '\\u202e!' }]);
});
