/** What the measures with traffic have in common. */
import type { TrafficResult } from '../generator/job.ts';
import type { RunningPeer } from '../peers/peer.ts';
import type { Column, Figures, Plan } from './measure.ts';

/** Compilers need some traffic before they have done their work, in milliseconds. */
export const warmUpMs = 600;

/** What a pair may have under way: enough to keep a server busy, less than any server's buffer for one connection. */
const inFlightBytesMax = 128 * 1024;
const inFlightMax = 256;
const inFlightMin = 4;

export function inFlightPerPair(payloadBytes: number): number {
  return Math.min(inFlightMax, Math.max(inFlightMin, Math.floor(inFlightBytesMax / payloadBytes)));
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
