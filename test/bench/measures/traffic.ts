/** What the measures with traffic have in common. */
import type { LatencyResult, TrafficResult, WindowJob } from '../generator/job.ts';
import type { RunningPeer } from '../peers/peer.ts';
import type { Column, Figures, Plan } from './measure.ts';

/** Compilers need some traffic before they have done their work, in milliseconds. */
export const warmUpMs = 600;

/** What a pair may have under way: enough to keep a server busy, less than any server's buffer for one connection. */
const inFlightBytesMax = 128 * 1024;
const inFlightMax = 256;
const inFlightMin = 4;

function inFlightPerPair(payloadBytes: number): number {
  return Math.min(inFlightMax, Math.max(inFlightMin, Math.floor(inFlightBytesMax / payloadBytes)));
}

/** Pairs that keep a window of messages under way. */
export function windowJob({ payloadStyle, measureMs }: Plan, payloadBytes: number, pairs: number): WindowJob {
  return {
    kind: 'window',
    pairs,
    payloadBytes,
    payloadStyle,
    inFlightPerPair: inFlightPerPair(payloadBytes),
    idleConnections: 0,
    warmUpMs,
    measureMs,
  };
}

/** The sizes and pairs of a plan, each with each. */
export function forEachSizeAndPairs<Value>(plan: Plan, make: (payloadBytes: number, pairs: number) => Value): Value[] {
  return plan.sizesBytes.flatMap((payloadBytes) => plan.pairs.map((pairs) => make(payloadBytes, pairs)));
}

/** The same server, to clients that ask for receipts. */
export function withReceipts(server: RunningPeer): RunningPeer {
  const { wire } = server;
  if (wire.name !== 'relay') throw new Error(`${server.peerName} knows no receipts`);
  return { ...server, wire: { ...wire, extensions: ['receipts'] } };
}

const nsPerUs = 1000;

export function cpuUsPerMessage(result: TrafficResult): number {
  return result.serverCpuNs / nsPerUs / result.messages;
}

export function trafficFigures(result: TrafficResult): Figures {
  return {
    messagesPerSecond: (result.messages / result.durationMs) * 1000,
    serverCpuUs: cpuUsPerMessage(result),
    generatorCpuUs: result.generatorCpuNs / nsPerUs / result.messages,
  };
}

export const messagesPerSecondColumn: Column = { key: 'messagesPerSecond', title: 'msgs/s', digits: 0 };
export const serverCpuColumn: Column = { key: 'serverCpuUs', title: 'server CPU µs a msg', digits: 2, hasRatio: true };
export const generatorCpuColumn: Column = { key: 'generatorCpuUs', title: 'generator CPU µs a msg', digits: 2 };
export const latencyColumns: readonly Column[] = [
  { key: 'p50Us', title: 'p50 µs', digits: 0, hasRatio: true },
  { key: 'p99Us', title: 'p99 µs', digits: 0, hasRatio: true },
];

type Percentiles = Pick<LatencyResult, 'p50Us' | 'p99Us'>;

/** Latency of the same traffic alone and beside something else. */
export const besideColumns: readonly Column[] = [
  { key: 'aloneP50Us', title: 'p50 µs alone', digits: 0 },
  { key: 'aloneP99Us', title: 'p99 µs alone', digits: 0 },
  { key: 'p50Us', title: 'p50 µs beside', digits: 0 },
  { key: 'p99Us', title: 'p99 µs beside', digits: 0 },
  { key: 'p99Growth', title: '× p99 alone', digits: 2 },
];

export function besideFigures(alone: Percentiles, beside: Percentiles): Figures {
  return {
    aloneP50Us: alone.p50Us,
    aloneP99Us: alone.p99Us,
    p50Us: beside.p50Us,
    p99Us: beside.p99Us,
    p99Growth: beside.p99Us / alone.p99Us,
  };
}
