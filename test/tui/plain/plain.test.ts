import { describe, expect, it } from 'vitest';
import { received } from '../harness.ts';
import { plainCommander } from './plain-commander.ts';

describe('the commander in lines', () => {
  it('says what comes, who comes and goes, and what became of a command', () => {
    const { hear, enter, commander } = plainCommander();
    expect(hear(received({ sender: 'gate', open: true }))).toEqual(['gate: {"open":true}']);
    expect(hear({ type: 'presence-pushed', devices: { 'pump-1': 'online' } })).toEqual(['pump-1 is online.']);
    expect(enter('@gate {"cmd":"open"}')).toEqual(['to gate: {"cmd":"open"}']);
    expect(commander.sent).toHaveLength(1);
    const fate = { status: 'delivered' } as const;
    expect(hear({ type: 'send-told', seq: 2, fate })).toEqual(['gate, {"cmd":"open"}: delivered']);
  });

  it('asks before it sends to several, and sends on y alone', () => {
    const { enter, commander } = plainCommander();
    expect(enter('@pump-* {"cmd":"stop"}').join()).toContain('to pump-1 (offline), pump-2 (offline)? Answer y or n.');
    expect(enter('yes')).toEqual(['Answer y or n.']);
    expect(commander.sent).toEqual([]);
    enter('y');
    expect(commander.sent).toHaveLength(2);
  });

  it('shows fields as JSON, which an empty line sends', () => {
    const { enter, commander } = plainCommander();
    const said = enter('@gate cmd=open');
    expect(said).toContain('Ready: @gate {"cmd":"open"}');
    expect(said.filter((line) => line.startsWith('Ready'))).toHaveLength(1);
    expect(commander.sent).toEqual([]);
    enter('');
    expect(commander.sent).toHaveLength(1);
  });

  it('says why nothing was sent', () => {
    const { enter, commander } = plainCommander();
    expect(enter('@gate {"cmd":open}').join()).toContain('column 14');
    expect(commander.sent).toEqual([]);
  });

  it.each(['@gate {"cmd":open}', '{"cmd":"open"}', '@gat-* {"cmd":"open"}', '@gate', '@pump-* {"cmd":"stop"}'])(
    'does not say that Enter sends what it does not send: %s',
    (line) => {
      const { enter, commander } = plainCommander();
      expect(enter(line).join()).not.toContain('Enter sends');
      expect(commander.sent).toEqual([]);
    },
  );

  it.each(['help', 'quit', 'devices'])('asks whether %s was meant with its colon', (word) => {
    const { enter, commander } = plainCommander();
    expect(enter(word).join()).toContain(`Did you mean :${word}?`);
    expect(commander.effects).toEqual([]);
  });

  it('adds a device and says its token', () => {
    const { enter, hear, commander } = plainCommander();
    enter(':add valve');
    expect(commander.effects).toContainEqual({ effect: 'add-device', id: 'valve' });
    const device = { id: 'valve', token: 'rly_device_t', url: 'ws://relay', worker: 'import json' };
    expect(hear({ type: 'device-added', device }).join()).toContain('rly_device_t');
  });

  it('says how a name with a space is written', () => {
    const { hear } = plainCommander();
    const device = { id: 'my valve', token: 't', url: 'ws://relay', worker: 'import json' };
    expect(hear({ type: 'device-added', device })).toContain('In commands it is written @"my valve".');
    expect(hear({ type: 'device-added', device: { ...device, id: 'valve' } }).join()).not.toContain('@');
  });

  it('names what can be typed, who is there, and the last messages', () => {
    const { enter, hear } = plainCommander();
    hear(received({ sender: 'gate', n: 1 }), received({ sender: 'gate', n: 2 }));
    expect(enter(':help').join()).toContain(':devices');
    expect(enter(':devices')).toContain('gate is online');
    expect(enter(':last 1')).toEqual(['gate: {"n":2}']);
    expect(enter(':nonsense').join()).toContain(':help');
    expect(enter(':errors')).toEqual(['Nothing so far.']);
    hear({ type: 'refused', error: { status: 'error', code: 'queue_full', message: 'it is full' } });
    expect(enter(':errors').join()).toContain('queue_full: it is full');
  });

  it('says the loss of the connection once, however often it is tried', () => {
    const { hear } = plainCommander();
    const ending = { kind: 'lost', closeCode: 1006, reason: 'the connection broke off' } as const;
    const waiting = { phase: 'waiting', attempt: 2, retryAtMs: 0, ending } as const;
    expect(hear({ type: 'connection-changed', connection: waiting }).join()).toContain('the connection broke off');
    expect(hear({ type: 'connection-changed', connection: { phase: 'connecting', attempt: 2 } })).toEqual([]);
    expect(hear({ type: 'connection-changed', connection: { ...waiting } })).toEqual([]);
  });

  it('shows what is hostile and obeys nothing', () => {
    const { hear } = plainCommander();
    const said = hear(received({ sender: 'gate\u001b[2J', text: '\u202e\u001b]0;pwned\u0007' })).join();
    expect(said).toMatch(/^[\x20-\x7e]*$/);
    expect(said).toContain('\\u001b');
  });
});
