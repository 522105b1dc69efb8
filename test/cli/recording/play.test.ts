import { describe, expect, it } from 'vitest';
import { type PlayOptions, play } from '../../../src/cli/recording/play.ts';
import type { RecordedMessage } from '../../../src/cli/recording/recorded-message.ts';
import { RelaySendError } from '../../../src/client/errors.ts';

async function* recording(...messages: RecordedMessage[]) {
  yield* messages;
}

function start(messages: RecordedMessage[], options: Partial<PlayOptions> = {}, failAt = Number.POSITIVE_INFINITY) {
  const sent: [target: string, payload: string][] = [];
  const client = {
    async sendText(target: string, payload: string) {
      if (sent.length === failAt) throw new RelaySendError('connection_lost', 'the connection was lost');
      sent.push([target, payload]);
    },
  };
  const interrupted = new AbortController();
  const played = play(client, recording(...messages), {
    speed: 1_000_000,
    target: undefined,
    includes: () => true,
    interrupted: interrupted.signal,
    onProgress: () => undefined,
    ...options,
  });
  return { sent, played, interrupt: () => interrupted.abort() };
}

const two: RecordedMessage[] = [
  { ms: 60_000, target: 'gate', payload: '{"n":1.0,"target":"gate","sender":"me"}' },
  { ms: 61_000, target: 'pump', payload: '{"n":2}' },
];

describe('playing a recording', () => {
  it('sends every message to its target, in order', async () => {
    const { sent, played } = start(two);
    expect(await played).toEqual({ sent: 2, failure: undefined });
    expect(sent).toEqual([
      ['gate', '{"n":1.0,"sender":"me"}'],
      ['pump', '{"n":2}'],
    ]);
  });

  it('sends all of it elsewhere', async () => {
    const { sent, played } = start(two, { target: 'test' });
    await played;
    expect(sent.map(([target]) => target)).toEqual(['test', 'test']);
  });

  it('leaves out what went to targets that are not meant', async () => {
    const { sent, played } = start(two, { includes: (target) => target === 'pump' });
    expect(await played).toEqual({ sent: 1, failure: undefined });
    expect(sent.map(([target]) => target)).toEqual(['pump']);
  });

  it('begins at once and keeps its timing: the second one waits, until it is interrupted', async () => {
    const { sent, played, interrupt } = start(two, { speed: 0.001, onProgress: () => interrupt() });
    expect(await played).toEqual({ sent: 1, failure: undefined });
    expect(sent).toHaveLength(1);
  });

  it('ends where the connection ends', async () => {
    const { played } = start(two, {}, 1);
    expect(await played).toMatchObject({ sent: 1, failure: { code: 'connection_lost' } });
  });
});
