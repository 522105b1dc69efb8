import { describe, expect, it, vi } from 'vitest';
import { RelayHttpError, RelayUnreachableError } from '../../../src/client/errors.ts';
import { createJobs, type JobPorts } from '../../../src/tui/session/jobs.ts';
import type { Action } from '../../../src/tui/state/action.ts';

function startJobs(answers: Partial<JobPorts['http']>) {
  const told: Action[] = [];
  const unasked = () => Promise.reject(new Error('nobody should ask this'));
  const http: JobPorts['http'] = {
    device: unasked,
    queue: unasked,
    purgeQueue: unasked,
    cancelQueued: unasked,
    addDevice: unasked,
    removeDevice: unasked,
    rotateToken: unasked,
    ...answers,
  };
  const workerFor = (url: string, token: string) => `${url} ${token}`;
  return { told, jobs: createJobs({ http, url: 'wss://relay', workerFor, tell: (action) => told.push(action) }) };
}

const refused = new RelayHttpError(404, 'not_found', 'there is no device "crane" here');
const published = new RelayUnreachableError('not_a_relay', 'it answers, but not as a relay does');
const lost = new RelayUnreachableError('timeout', 'no answer within 10 s');

describe('the tokens of devices', () => {
  it('are made anew with the time that the old one goes on, and told with a worker', async () => {
    const rotateToken = vi.fn(async (device: string) => ({ device, device_token: 'new' }));
    const { jobs, told } = startJobs({ rotateToken });
    await jobs.rotateToken('crane', '1h');
    expect(rotateToken).toHaveBeenCalledWith('crane', '1h');
    expect(told).toEqual([
      {
        type: 'device-added',
        device: {
          id: 'crane',
          token: 'new',
          url: 'wss://relay',
          worker: 'wss://relay new',
          oldToken: { keptFor: '1h' },
        },
      },
    ]);
  });

  it.each([
    [refused, 'Not removed: there is no device "crane" here', 'It keeps its token: there is no', /^there is no/],
    [published, 'Not removed: it answers', 'It keeps its token: it answers', /^it answers/],
    [
      lost,
      'It may be removed all the same: no answer',
      'No token came, and the old one may end all the same: no answer',
      /^No token came for crane, and it may be registered all the same: R gives it a new one. no answer/,
    ],
  ])('say what is known when it fails: %s', async (error, removing, rotating, adding) => {
    const fail = () => Promise.reject(error);
    const { jobs, told } = startJobs({ addDevice: fail, removeDevice: fail, rotateToken: fail });
    await jobs.addDevice('crane');
    await jobs.removeDevice('crane');
    await jobs.rotateToken('crane', undefined);
    expect(told).toEqual([
      { type: 'prompt-refused', reason: expect.stringMatching(adding) },
      { type: 'prompt-refused', reason: expect.stringContaining(removing) },
      { type: 'prompt-refused', reason: expect.stringContaining(rotating) },
    ]);
  });
});
