/** The answers of the HTTP side, checked once at the door. */
import { isUserLimitName, type LimitJson } from '../../../protocol/limits.ts';
import { isObject } from '../../../protocol/messages.ts';
import type { Device } from '../model/device.ts';
import type { Limits } from '../model/state.ts';
import { ApiError } from './api.ts';

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  if (isObject(value)) return value;
  throw new ApiError(200, 'the relay answers something that this page does not understand: load it again');
}

function listOf(value: unknown, name: string): readonly Fields[] {
  const list = fieldsOf(value)[name];
  if (!Array.isArray(list)) throw new ApiError(200, `the answer of the relay has no ${name}: load this page again`);
  return list.filter(isObject);
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const count = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** The text of one field; what is shown once, such as a token, must be there. */
export function readText(value: unknown, name: string): string {
  const text = fieldsOf(value)[name];
  if (typeof text === 'string') return text;
  throw new ApiError(200, `the answer of the relay has no ${name}: load this page again`);
}

export function readDevices(value: unknown): Device[] {
  return listOf(value, 'devices').map((device) => ({
    id: String(device.device),
    state: device.state === 'online' ? 'online' : 'offline',
    onlineSince: textOrNull(device.online_since),
    lastSeen: textOrNull(device.last_seen),
    waiting: count(device.waiting),
    registered: device.registered === true,
  }));
}

/** A message that waits for a target. */
export interface QueuedMessage {
  readonly seq: number;
  readonly from: string;
  readonly queuedAt: string | null;
  readonly expiresAt: string | null;
  readonly attempts: number;
  /** It is with its target, and its proof is awaited: it cannot be taken back now. */
  readonly isHanded: boolean;
  /** The payload as it was sent; long ones are cut. */
  readonly payload: string;
}

export function readQueue(value: unknown): QueuedMessage[] {
  return listOf(value, 'messages').map((message) => ({
    seq: count(message.seq),
    from: String(message.from),
    queuedAt: textOrNull(message.queued_at),
    expiresAt: textOrNull(message.expires_at),
    attempts: count(message.attempts),
    isHanded: message.handed === true,
    payload: String(message.payload),
  }));
}

export interface User {
  readonly name: string;
  readonly devices: number;
  readonly connections: number;
  readonly limits: Limits;
}

/** The limits that are known here, as JSON tells them. */
export function readLimits(value: unknown): Limits {
  const entries = Object.entries(isObject(value) ? value : {}).filter(
    (entry): entry is [string, LimitJson] =>
      isUserLimitName(entry[0]) && (typeof entry[1] === 'number' || entry[1] === 'unlimited'),
  );
  return Object.fromEntries(entries);
}

export function readUsers(value: unknown): User[] {
  return listOf(value, 'users').map((user) => ({
    name: String(user.user),
    devices: count(user.devices),
    connections: count(user.connections),
    limits: readLimits(user.limits),
  }));
}
