import { describe, expect, it } from 'vitest';
import { isReplyTo } from '../../../src/cli/calling/reply.ts';

describe('a reply', () => {
  const message = { text: '{}', payload: {}, offlineQueued: false, receivedAtMs: 0 };
  const asked = { target: 'gate', id: 'c-1', matchSender: false };

  it('comes from the target and names the message', () => {
    expect(isReplyTo({ ...message, from: 'gate', re: 'c-1' }, asked)).toBe(true);
    expect(isReplyTo({ ...message, from: 'gate', re: 'c-2' }, asked)).toBe(false);
    expect(isReplyTo({ ...message, from: 'gate' }, asked)).toBe(false);
    expect(isReplyTo({ ...message, from: 'pump', re: 'c-1' }, asked)).toBe(false);
  });

  it('is the next message of the target for those who do not know _re', () => {
    const loose = { ...asked, matchSender: true };
    expect(isReplyTo({ ...message, from: 'gate' }, loose)).toBe(true);
    expect(isReplyTo({ ...message, from: 'pump' }, loose)).toBe(false);
    expect(isReplyTo(message, loose)).toBe(false);
  });
});
