import { describe, expect, it } from 'vitest';
import { didYouMean, nearest } from '../../src/cli/did-you-mean.ts';

describe('did you mean', () => {
  it('finds a swap, a slip, a missing and an extra letter', () => {
    const names = ['send', 'serve', 'listen', 'presence'];
    expect(nearest('sned', names)).toBe('send');
    expect(nearest('serv', names)).toBe('serve');
    expect(nearest('lissten', names)).toBe('listen');
    expect(nearest('presense', names)).toBe('presence');
  });

  it('finds the only one that goes on like the word', () => {
    expect(nearest('pre', ['send', 'presence'])).toBe('presence');
    expect(nearest('se', ['send', 'serve'])).toBeUndefined();
  });

  it('does not guess wildly', () => {
    expect(nearest('gate', ['pump-17', 'sensor-001'])).toBeUndefined();
    expect(nearest('a', ['b'])).toBe('b');
    expect(nearest('ab', ['cd'])).toBeUndefined();
    expect(didYouMean('gate', [])).toBe('');
  });

  it('does not mind capitals, and names what is there', () => {
    expect(didYouMean('GATE', ['gate'])).toBe('; did you mean "gate"?');
  });
});
