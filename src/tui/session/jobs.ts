/** What the commander asks of the HTTP side of the relay when somebody wants it. */
import { RelayHttpError, RelayUnreachableError } from '../../client/errors.ts';
import type { RelayHttp } from '../../client/http.ts';
import type { CommanderPorts } from '../ports.ts';
import type { Action } from '../state/action.ts';
import type { Removal } from '../state/overlay.ts';
import { countOf } from '../text/format.ts';

type TokenFunctions = 'addDevice' | 'removeDevice' | 'rotateToken';

export interface JobPorts {
  readonly http: Pick<RelayHttp, 'device' | 'queue' | 'purgeQueue' | 'cancelQueued' | TokenFunctions>;
  /** The address that a worker connects to. */
  readonly url: string;
  readonly workerFor: CommanderPorts['workerFor'];
  readonly tell: (action: Action) => void;
}

/** Each tells how it went; none of them rejects. */
export interface Jobs {
  addDevice(id: string): Promise<void>;
  removeDevice(id: string): Promise<void>;
  /** `keepOld`: how long the old token goes on (`1h`); undefined: not at all. */
  rotateToken(id: string, keepOld: string | undefined): Promise<void>;
  look(id: string): Promise<void>;
  remove(removal: Removal): Promise<void>;
  cancelSent(target: string, messageId: string): Promise<void>;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A device that was only heard of, or has something waiting and no more, has no detail. */
async function orNotFound<Answer>(question: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof RelayHttpError && error.code === 'not_found') return undefined;
    throw error;
  }
}

function createQueueJobs({ http, tell }: JobPorts): Pick<Jobs, 'look' | 'remove' | 'cancelSent'> {
  const say = (tone: 'good' | 'bad', text: string): void => tell({ type: 'told', tone, text });

  async function look(id: string): Promise<void> {
    try {
      const [detail, queue] = await Promise.all([orNotFound(http.device(id)), http.queue(id)]);
      tell({ type: 'device-looked', id, detail, queue, problem: undefined });
    } catch (error) {
      tell({ type: 'device-looked', id, detail: undefined, queue: undefined, problem: messageOf(error) });
    }
  }

  async function cancelSent(target: string, messageId: string): Promise<void> {
    try {
      const { messages } = await http.queue(target);
      const waiting = messages.find(({ _id }) => _id === messageId);
      if (waiting === undefined) say('bad', `It does not wait for ${target} any more: it cannot be cancelled.`);
      else await http.cancelQueued(target, waiting.seq);
    } catch (error) {
      say('bad', `Not cancelled: ${messageOf(error)}`);
    }
  }

  async function remove(removal: Removal): Promise<void> {
    try {
      if (removal.remove === 'queue') {
        const { cancelled, attempted = 0 } = await http.purgeQueue(removal.target);
        const mayHaveRun = attempted === 0 ? '' : ` ${attempted} may have arrived before, and run.`;
        say('good', `${countOf(cancelled, 'message')} to ${removal.target} cancelled.${mayHaveRun}`);
      } else {
        const { attempts = 0 } = await http.cancelQueued(removal.target, removal.seq);
        const mayHaveRun = attempts === 0 ? '' : ' It may have arrived before, and run.';
        say('good', `The message to ${removal.target} is cancelled.${mayHaveRun}`);
      }
    } catch (error) {
      say('bad', `Not cancelled: ${messageOf(error)}`);
    }
    await look(removal.target);
  }

  return { look, remove, cancelSent };
}

/** Whether the relay may have done it: the request may have come there, and its answer was lost. */
function mayBeDone(error: unknown): boolean {
  return error instanceof RelayUnreachableError && (error.problem === 'timeout' || error.problem === 'network');
}

/** What the owner of a room does to the tokens of its devices. */
function createTokenJobs(ports: JobPorts): Pick<Jobs, TokenFunctions> {
  const { http, url, workerFor, tell } = ports;

  async function addDevice(id: string): Promise<void> {
    try {
      const { device, device_token: token } = await http.addDevice(id);
      tell({ type: 'device-added', device: { id: device, token, url, worker: workerFor(url, token) } });
    } catch (error) {
      const doubt = `No token came for ${id}, and it may be registered all the same: R gives it a new one. `;
      tell({ type: 'prompt-refused', reason: (mayBeDone(error) ? doubt : '') + messageOf(error) });
    }
  }

  async function removeDevice(id: string): Promise<void> {
    try {
      await http.removeDevice(id);
      tell({ type: 'device-removed', id });
    } catch (error) {
      tell({
        type: 'prompt-refused',
        reason: `${mayBeDone(error) ? 'It may be removed all the same' : 'Not removed'}: ${messageOf(error)}`,
      });
    }
  }

  async function rotateToken(id: string, keepOld: string | undefined): Promise<void> {
    try {
      const { device, device_token: token } = await http.rotateToken(id, keepOld);
      const worker = workerFor(url, token);
      tell({ type: 'device-added', device: { id: device, token, url, worker, oldToken: { keptFor: keepOld } } });
    } catch (error) {
      tell({
        type: 'prompt-refused',
        reason: `${mayBeDone(error) ? 'No token came, and the old one may end all the same' : 'It keeps its token'}: ${messageOf(error)}`,
      });
    }
  }

  return { addDevice, removeDevice, rotateToken };
}

export function createJobs(ports: JobPorts): Jobs {
  return { ...createQueueJobs(ports), ...createTokenJobs(ports) };
}
