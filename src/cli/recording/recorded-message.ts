/** A line of a recording: what came, and when. */
import { isClientId } from '../../protocol/client-id.ts';
import { memberText } from '../../protocol/member-text.ts';
import { isObject } from '../../protocol/messages.ts';
import { withoutMembers } from '../../protocol/without-members.ts';
import { onOneLine } from '../printable.ts';

export interface RecordedMessage {
  /** Milliseconds since the recording began. */
  readonly ms: number;
  readonly target: string;
  /** The payload, every character as it came, without what the relay added to it. */
  readonly payload: string;
}

/** What is known about a message beside its payload. */
export interface Circumstances {
  readonly ms: number;
  readonly atMs: number;
  readonly from: string | undefined;
  readonly target: string;
  /** What the relay did with it; known of what passed in the room. */
  readonly outcome?: string | undefined;
  /** It waited in the queue of the relay, so long where that was told. */
  readonly queued?: true | undefined;
  readonly ageMs?: number | undefined;
  /** How many were left out before it. */
  readonly dropped?: number | undefined;
}

/** What the relay adds, and nobody may send. */
const relayFields = ['_from', '_seq', '_age_ms', '_offline_queued'];

export function recordLine(text: string, payload: Readonly<Record<string, unknown>>, about: Circumstances): string {
  const { ms, atMs, from, target, outcome, queued, ageMs, dropped } = about;
  const at = new Date(atMs).toISOString();
  const head = JSON.stringify({ ms, at, from, target, outcome, queued, age_ms: ageMs, dropped });
  const hasRelayFields = relayFields.some((name) => Object.hasOwn(payload, name));
  const bare = hasRelayFields ? (withoutMembers(text, relayFields) ?? text) : text;
  return `${head.slice(0, -1)},"payload":${onOneLine(bare)}}`;
}

/** Reads a line, or says what is wrong with it. */
export function readRecordLine(line: string): RecordedMessage | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { problem: `is not JSON: ${error instanceof Error ? error.message : error}` };
  }
  if (!isObject(value)) return { problem: 'is not a JSON object' };
  const { ms, target } = value;
  if (typeof ms !== 'number' || !(ms >= 0) || !Number.isFinite(ms)) {
    return { problem: 'has no "ms", the time since the recording began: is it from "relay record"?' };
  }
  if (!isClientId(target)) return { problem: 'has no "target", the client id of a receiver' };
  const payload = memberText(line, 'payload');
  if (payload === undefined || !isObject(value.payload)) return { problem: 'has no "payload", a JSON object' };
  return { ms, target, payload };
}
