/** What the bench asks of a generator, which is a process of its own, and what it hears back. Both travel as JSON. */
import type { WireSettings } from '../wires/create-wire.ts';
import type { PayloadStyle } from './payload.ts';

/** The server that is measured. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** Whose CPU time and memory are read. */
  readonly pid: number;
  readonly wire: WireSettings;
}

interface TrafficJob {
  readonly pairs: number;
  readonly payloadBytes: number;
  readonly payloadStyle: PayloadStyle;
  /** Connections that are there and do nothing, opened before. */
  readonly idleConnections: number;
  /** Traffic before the measurement, so that compilers have done their work, in milliseconds. */
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Stands before every client id, where another generator works beside this one. */
  readonly idPrefix?: string;
  /**
   * Every message asks for its receipt, and counts when that says so: `delivered` with its proof, or `queued` for a target that is
   * not there.
   */
  readonly receipts?: 'delivered' | 'queued';
}

/** As many messages as the server carries, so many of each pair under way at a time. */
export interface WindowJob extends TrafficJob {
  readonly kind: 'window';
  readonly inFlightPerPair: number;
}

/** One message under way at a time, between one pair. */
export interface OneInFlightJob extends TrafficJob {
  readonly kind: 'one-in-flight';
}

/** The same number of messages each second, whatever the server does. */
export interface OfferedLoadJob extends TrafficJob {
  readonly kind: 'offered-load';
  readonly messagesPerSecond: number;
  /** Whether the generator spins, to the microsecond, or sleeps between the milliseconds, beside others that need its core. */
  readonly pace: 'spin' | 'sleep';
}

/** Connections that do nothing: how fast they log in, and what they cost. */
export interface IdleJob {
  readonly kind: 'idle';
  /** Opened before the measurement, so that what a server loads with its first clients counts for no connection. */
  readonly baselineConnections: number;
  readonly connections: number;
  /** How long CPU time is watched, in milliseconds; 0 measures the logins alone. */
  readonly watchMs: number;
}

/** A message for each of so many clients that are not there. */
export interface FillQueuesJob {
  readonly kind: 'fill-queues';
  readonly targets: number;
  readonly payloadBytes: number;
}

/** Connections that send as fast as the server takes it, and come back whenever it has closed them; until the bench says stop. */
export interface FloodJob {
  readonly kind: 'flood';
  readonly connections: number;
  readonly message: FloodMessage;
}

/**
 * What the flood is made of: messages of 200 B for the sender itself, the same with an `_id` each, so that the refusal of each
 * has to be told, or empty objects of two bytes, of which there are most. Or requests over HTTP, which nobody refuses.
 */
export type FloodMessage = 'plain' | 'with ids' | 'tiny' | 'requests';

export type Job = WindowJob | OneInFlightJob | OfferedLoadJob | IdleJob | FillQueuesJob | FloodJob;

/** Traffic of a measurement and what it cost. */
export interface TrafficResult {
  readonly messages: number;
  readonly durationMs: number;
  readonly serverCpuNs: number;
  readonly generatorCpuNs: number;
  /** Memory of the server at the end, in bytes. */
  readonly serverRssBytes: number;
}

/** Times from sending to receipt, in microseconds. */
export interface LatencyResult extends TrafficResult {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
}

export interface IdleResult {
  readonly connections: number;
  readonly loginMs: number;
  readonly loginCpuNs: number;
  /** Growth of the server's memory by `connections`, in bytes. */
  readonly rssGrowthBytes: number;
  readonly watchedMs: number;
  readonly watchedCpuNs: number;
}

export interface FillQueuesResult {
  /** From the first message until the server had nothing left to do. */
  readonly durationMs: number;
}

export interface FloodResult {
  /** Since the first refusal, in milliseconds. */
  readonly durationMs: number;
  /** Messages of which the server said that they were over the rate. */
  readonly refused: number;
  /** Connections that were closed with 4129. */
  readonly closed: number;
}

export interface ResultOf {
  readonly window: TrafficResult;
  readonly 'one-in-flight': LatencyResult;
  readonly 'offered-load': LatencyResult;
  readonly idle: IdleResult;
  readonly 'fill-queues': FillQueuesResult;
  readonly flood: FloodResult;
}

/** What travels between bench and generator. */
export interface Assignment {
  readonly server: ServerAddress;
  readonly job: Job;
}
/** Says that a flood has reached its rate. */
export const begun = 'begun';
/** Ends a flood. */
export const stop = 'stop';
export type Outcome = { readonly result: ResultOf[Job['kind']] } | { readonly problem: string };
