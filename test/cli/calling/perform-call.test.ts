import { describe, expect, it } from 'vitest';
import { type CallRequest, performCall } from '../../../src/cli/calling/perform-call.ts';
import type { Unanswered } from '../../../src/cli/sending/withdraw.ts';
import type { FinalState, ReceivedMessage, RelayClientEvents } from '../../../src/client/types.ts';
import { createFakeSender } from '../fake-deliveries.ts';

const request: CallRequest = {
  target: 'gate',
  payload: '{"cmd":"open"}',
  timeoutMs: 60_000,
  ttlMs: 60_000,
  matchSender: false,
  interrupted: new Promise<void>(() => undefined),
};

/** A call to a gate that does what the test says, at a relay that takes back what the test lets it. */
function startCall(change: Partial<CallRequest> = {}, withdrawn: readonly string[] = []) {
  const sender = createFakeSender();
  const listeners: { readonly name: string; readonly listener: (event: never) => void }[] = [];
  const asked: string[] = [];
  const client = {
    ...sender.client,
    on<Name extends keyof RelayClientEvents>(name: Name, listener: (event: RelayClientEvents[Name]) => void) {
      const entry = { name, listener };
      listeners.push(entry);
      return () => void listeners.splice(listeners.indexOf(entry), 1);
    },
  };
  const withdraw = async (unanswered: readonly Unanswered[]) => {
    asked.push(...unanswered.flatMap(({ ids }) => [...ids]));
    return new Map([['gate', new Set(withdrawn)]]);
  };
  function emit<Name extends keyof RelayClientEvents>(name: Name, event: RelayClientEvents[Name]): void {
    // What was registered under a name takes the event of that name.
    for (const entry of [...listeners]) if (entry.name === name) entry.listener(event as never);
  }
  return {
    sender,
    asked,
    listeners,
    end: performCall({ client, session: { clientId: 'me' }, withdraw }, { ...request, ...change }),
    reply(more: Partial<ReceivedMessage> = {}) {
      const message = { text: '{"ok":true}', payload: { ok: true }, offlineQueued: false, receivedAtMs: 0 };
      emit('message', { ...message, from: 'gate', re: 'id-1', ...more });
    },
    lose() {
      const ending = { kind: 'lost', closeCode: 1006, reason: 'the connection broke off' } as const;
      emit('state', { phase: 'closed', ending });
    },
  };
}

describe('a call', () => {
  it('ends with the reply, whatever else passes', async () => {
    const call = startCall();
    call.reply({ re: 'another' });
    call.reply({ from: 'pump' });
    call.sender.end(0, { status: 'delivered' });
    call.reply({ text: '{"ok":true,"n":1.0}' });
    expect(await call.end).toMatchObject({ kind: 'reply', message: { text: '{"ok":true,"n":1.0}' } });
    expect(call.sender.sent[0]?.options).toEqual({ ttlMs: 60_000 });
    expect(call.listeners).toEqual([]);
  });

  it.each<{ readonly final: FinalState; readonly end: object }>([
    {
      final: { status: 'error', code: 'target_offline', message: 'not there' },
      end: { kind: 'refused', code: 'target_offline' },
    },
    {
      final: { status: 'error', code: 'unconfirmed', message: 'had it, or not' },
      end: { kind: 'refused', code: 'unconfirmed', fate: 'may still run' },
    },
    { final: { status: 'expired' }, end: { kind: 'given-up', code: 'timeout', fate: 'cancelled' } },
    { final: { status: 'cancelled' }, end: { kind: 'refused', code: 'cancelled', fate: 'cancelled' } },
  ])('ends with what the relay says: $final.status $final.code', async ({ final, end }) => {
    const call = startCall();
    call.sender.end(0, final);
    expect(await call.end).toMatchObject(end);
    expect(call.asked).toEqual([]);
  });

  it('takes back what waits when the time is over: it will not run', async () => {
    const call = startCall({ timeoutMs: 1 }, ['id-1']);
    call.sender.accept(0, { status: 'queued' });
    expect(await call.end).toMatchObject({ kind: 'given-up', code: 'timeout', fate: 'cancelled' });
    expect(call.asked).toEqual(['id-1']);
  });

  it('cannot take back what the target has: it may still run', async () => {
    const call = startCall({ timeoutMs: 1 });
    call.sender.end(0, { status: 'delivered' });
    expect(await call.end).toMatchObject({ code: 'timeout', fate: 'may still run' });
    expect(call.asked).toEqual([]);
  });

  it('is sure of nothing when what it gave up could not be taken back', async () => {
    const call = startCall({ timeoutMs: 1 });
    call.sender.onPing(() => call.sender.end(0, { status: 'cancelled' }));
    expect(await call.end).toMatchObject({ code: 'timeout', fate: 'may still run' });
  });

  it('is sure that it will not run when it expired meanwhile', async () => {
    const call = startCall({ timeoutMs: 1 });
    call.sender.onPing(() => call.sender.end(0, { status: 'expired' }));
    expect(await call.end).toMatchObject({ code: 'timeout', fate: 'cancelled' });
  });

  it('takes a reply that comes in the last moment', async () => {
    const call = startCall({ timeoutMs: 1 });
    call.sender.onPing(() => call.reply());
    expect(await call.end).toMatchObject({ kind: 'reply' });
  });

  it('takes back what waits when it is interrupted, or the connection is lost', async () => {
    const interrupted = startCall({ interrupted: Promise.resolve() }, ['id-1']);
    expect(await interrupted.end).toMatchObject({ code: 'interrupted', fate: 'cancelled' });
    const lost = startCall({}, ['id-1']);
    lost.sender.losePings();
    lost.lose();
    expect(await lost.end).toMatchObject({ code: 'connection_lost', fate: 'cancelled' });
  });
});
