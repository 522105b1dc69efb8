import { describe, expect, it } from 'vitest';
import { commandTable } from '../../../src/cli/command-table.ts';
import { joinBashWords } from '../../../src/cli/completion/bash-words.ts';
import { findCandidates } from '../../../src/cli/completion/candidates.ts';

/** Whose room was asked. */
let asked: (string | undefined)[] = [];
const sources = {
  profiles: () => ['prod', 'test'],
  snippets: () => ['open', 'say'],
  async clients(profile: string | undefined) {
    asked.push(profile);
    return ['gate', 'garage door', 'pump'];
  },
};

/** The candidates for the last of these words. */
async function wordsAt(...typed: readonly string[]): Promise<readonly string[]> {
  asked = [];
  return (await findCandidates(typed, sources)).map(({ word }) => word);
}

const topNames = commandTable.map(({ usage }) => usage.split(' ')[0]);

describe('completion offers', () => {
  it('commands, with what they do', async () => {
    expect(await wordsAt('')).toEqual(topNames);
    expect(await findCandidates(['qu'], sources)).toEqual([{ word: 'queue', describe: 'What waits for whom' }]);
    expect(await wordsAt('queue', '')).toEqual(['ls', 'show', 'cancel', 'purge']);
    expect(await wordsAt('--profile', 'prod', 'se')).toEqual(['serve', 'send']);
  });

  it('the flags of the command that are not there yet, with what they do', async () => {
    expect(await findCandidates(['send', '--no-q'], sources)).toEqual([
      { word: '--no-queue', describe: expect.any(String) },
    ]);
    expect(await wordsAt('send', '--json', '-q', '--')).not.toContain('--json');
    expect(await wordsAt('send', '--json', '-q', '--')).not.toContain('--quiet');
    expect(await wordsAt('send', '-t', 'gate', '--tar')).toEqual(['--target']);
    expect(await wordsAt('call', '-t', 'gate', '--tar')).toEqual([]);
    expect(await wordsAt('--asc')).toEqual(['--ascii']);
  });

  it('the values of flags', async () => {
    expect(await wordsAt('send', '--wait', '')).toEqual(['sent', 'queued', 'delivered']);
    expect(await wordsAt('send', '--wait=d')).toEqual(['--wait=delivered']);
    expect(await wordsAt('send', '--profile', 'p')).toEqual(['prod']);
    expect(await wordsAt('user', 'set', 'bob', '--limit', 'queue_t')).toEqual(['queue_ttl=', 'queue_targets=']);
    expect(await wordsAt('user', 'set', 'bob', '--limit', 'auth_d')).toEqual([]);
    expect(await wordsAt('serve', '--limit', 'auth_d')).toEqual(['auth_deadline=']);
  });

  it('client ids, of the profile that the line names', async () => {
    expect(await wordsAt('send', '-t', 'ga')).toEqual(['gate', 'garage door']);
    expect(await wordsAt('send', '-qt', 'p')).toEqual(['pump']);
    expect(await wordsAt('presence', 'gate', 'p')).toEqual(['pump']);
    expect(asked).toEqual([undefined]);
    expect(await wordsAt('device', 'show', '--profile=test', '')).toHaveLength(3);
    expect(asked).toEqual(['test']);
    expect(await wordsAt('--profile', 'prod', 'doctor', '--to', 'g')).toEqual(['gate', 'garage door']);
    expect(asked).toEqual(['prod']);
  });

  it('saved names', async () => {
    expect(await wordsAt('profile', 'use', '')).toEqual(['prod', 'test']);
    expect(await wordsAt('snippet', 'send', 'o')).toEqual(['open']);
    expect(await wordsAt('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('nothing where anything may stand', async () => {
    for (const typed of [
      ['send', '-t', 'gate', ''],
      ['device', 'add', ''],
      ['profile', 'add', ''],
      ['serve', '--data', ''],
      ['wait', 'gate', ''],
      ['nonsense', ''],
      ['queue', 'nonsense', ''],
      ['send', '--nonsense', ''],
      ['send', '--nonsense=x'],
      ['send', '--', '--wa'],
    ]) {
      expect(await wordsAt(...typed), typed.join(' ')).toEqual([]);
    }
    expect(asked).toEqual([]);
  });

  it('no client ids of another relay than the one that the line names', async () => {
    expect(await wordsAt('presence', '--url', 'relay.example.org', '')).toEqual([]);
    expect(asked).toEqual([]);
  });
});

describe('the pieces into which bash breaks a line', () => {
  it.each([
    [['send', '--wait', '=', 'de'], ['send', '--wait=de'], '--wait=delivered', 'delivered'],
    [['send', '--wait', '='], ['send', '--wait='], '--wait=sent', 'sent'],
    [['send', '-t', 'a', ':', 'b'], ['send', '-t', 'a:b'], 'a:bc', 'bc'],
    [['send', '-t', 'a:'], ['send', '-t', 'a:'], 'a:bc', 'a:bc'],
    [['--profile', '=', 'p', 'se'], ['--profile=p', 'se'], 'send', 'send'],
    [['-t', 'pump\\ o'], ['-t', 'pump o'], 'pump one', 'pump one'],
    [['send', ''], ['send', ''], 'gate', 'gate'],
    [[], [], 'send', 'send'],
  ])('%j are %j', (pieces, words, candidate, replaced) => {
    const joined = joinBashWords(pieces);
    expect(joined.words).toEqual(words);
    expect(joined.cut(candidate)).toBe(replaced);
  });
});
