import { describe, expect, it } from 'vitest';
import type { KnownClients } from '../../../src/cli/known-clients.ts';
import { checkTargetFields, chooseTargets, readTargets } from '../../../src/cli/sending/targets.ts';

const known: KnownClients = new Map([
  ['sensor_2', 'online'],
  ['sensor_1', 'offline'],
  ['gate', 'online'],
  ['what?', 'online'],
  ['cli-0123456789ab', 'online'],
]);

const names = (words: readonly string[], clients: KnownClients | undefined = known, force = false) =>
  chooseTargets(words, clients, force).map((choice) =>
    'target' in choice ? choice.target : `${choice.refused.target}: ${choice.refused.message}`,
  );

describe('the targets of a send', () => {
  it('are taken as they stand, each once, in their order', () => {
    expect(readTargets(['gate', 'sensor_1', 'gate'])).toEqual(['gate', 'sensor_1']);
    expect(names(['gate', 'sensor_1'])).toEqual(['gate', 'sensor_1']);
    expect(() => readTargets(['a,b'])).toThrow('"a,b" is no client id');
  });

  it('are for a glob all that the room knows, without the sessions of other commands', () => {
    expect(names(['sensor_*'])).toEqual(['sensor_1', 'sensor_2']);
    expect(names(['sensor_?', 'sensor_2'])).toEqual(['sensor_1', 'sensor_2']);
    expect(names(['*'])).toEqual(['gate', 'sensor_1', 'sensor_2', 'what?']);
    expect(names(['*_1', 'GATE*'])).toEqual(['sensor_1', 'GATE*: no client that the room knows matches "GATE*"']);
  });

  it('are a name with a star or question mark where a client has it', () => {
    expect(names(['what?'])).toEqual(['what?']);
  });

  it('take everything but stars literally', () => {
    expect(names(['gat.*'])).toEqual(['gat.*: no client that the room knows matches "gat.*"']);
  });

  it('are refused where the room has never seen them, with the one that was meant, unless forced', () => {
    expect(names(['gaet'])).toEqual([
      'gaet: the room has never seen "gaet"; did you mean "gate"? Otherwise use --force to do it nevertheless',
    ]);
    expect(names(['gaet'], known, true)).toEqual(['gaet']);
  });

  it('are believed where the room cannot be asked, but for globs', () => {
    expect(names(['anyone'], new Map(), true)).toEqual(['anyone']);
    expect(chooseTargets(['anyone'], undefined, false)).toEqual([{ target: 'anyone' }]);
    expect(() => chooseTargets(['any*'], undefined, true)).toThrow('does not tell whom it knows');
  });

  it('must be those that a message names itself', () => {
    expect(() => checkTargetFields(['{"target":"gate"}'], ['gate'])).not.toThrow();
    expect(() => checkTargetFields(['{"target":"gate"}'], ['pump'])).toThrow('"gate"');
    expect(() => checkTargetFields(['{"target":"gate"}'], ['*'])).not.toThrow();
  });
});
