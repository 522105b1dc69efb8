import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setPriority } from 'node:os';
import { encodeClientFrame, opcodes, readServerFrame } from '../wires/websocket.ts';
import type { Wire } from '../wires/wire.ts';
import { begun, type FloodJob, type FloodMessage, type FloodResult, stop } from './job.ts';
import { Opening } from './opening.ts';
import { makePayload } from './payload.ts';
import type { Rig } from './rig.ts';

/** What one write of a flooding connection has, in bytes: as much as a server reads at once. */
const writeBytes = 64 * 1024;
const payloadBytes = 200;
/** The lowest: the flood gets the time of the processor that server and measured traffic leave. */
const priority = 19;
/** Messages over the rate for ten seconds (PROTOCOL D). */
const floodClose = 4129;

/** Whom it takes no key to ask. */
const request = 'GET /healthz HTTP/1.1\r\nHost: relay\r\n\r\n';

function messageOf(message: FloodMessage, clientId: string): Buffer {
  if (message === 'tiny') return Buffer.from('{}');
  return makePayload(clientId, clientId, payloadBytes, 'records', message === 'plain' ? undefined : 'flood-1');
}

function makeWrite(message: FloodMessage, clientId: string): Buffer {
  const frame = encodeClientFrame(opcodes.text, messageOf(message, clientId));
  return Buffer.concat(Array.from({ length: Math.floor(writeBytes / frame.length) }, () => frame));
}

/** What all connections of a flood count together. */
interface Counts {
  refused: number;
  closed: number;
  /** The flood has reached its rate, or is answered. */
  onRefused: () => void;
}

/** Logs in, sends until the server closes, and does so again. */
async function floodForEver({ server, wire }: Rig, job: FloodJob, clientId: string, counts: Counts): Promise<never> {
  const bytes = makeWrite(job.message, clientId);
  for (;;) {
    const socket = connect({ host: server.host, port: server.port, noDelay: true });
    // A connection that breaks because the other side has closed it is what a flood is answered with.
    socket.on('error', () => {});
    const gone = once(socket, 'close');
    await logIn(socket, wire, clientId);
    const pump = () => {
      while (socket.writable && socket.write(bytes));
    };
    socket.on('drain', pump);
    socket.on('data', createReader(socket, counts));
    pump();
    await gone;
  }
}

/** Asks for more without a pause, and reads the answers. */
async function askForEver({ server }: Rig, counts: Counts): Promise<never> {
  const bytes = Buffer.from(request.repeat(Math.floor(writeBytes / request.length)));
  for (;;) {
    const socket = connect({ host: server.host, port: server.port, noDelay: true });
    socket.on('error', () => {});
    socket.on('data', () => counts.onRefused());
    const pump = () => {
      while (socket.writable && socket.write(bytes));
    };
    socket.on('drain', pump);
    pump();
    // Not `once` of node:events, which would throw when the connection breaks.
    await new Promise((resolve) => socket.once('close', resolve));
    counts.closed += 1;
  }
}

function logIn(socket: Socket, wire: Wire, clientId: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = new Opening(wire.opening(clientId), socket, () => {
      socket.off('data', take);
      resolve();
    });
    const take = (chunk: Buffer) => {
      try {
        opening.take(chunk, (rest) => socket.unshift(rest));
      } catch (error) {
        reject(error);
      }
    };
    socket.on('data', take);
    socket.once('connect', () => opening.begin());
  });
}

/** Reads what the server says: how many it refused, and that it closes. */
function createReader(socket: Socket, counts: Counts): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    held = Buffer.concat([held, chunk]);
    let at = 0;
    for (let frame = readServerFrame(held); frame !== undefined; frame = readServerFrame(held, at)) {
      at += frame.bytes;
      const { opcode, payload } = frame;
      if (opcode === opcodes.close) {
        if (payload.readUInt16BE(0) === floodClose) counts.closed += 1;
        socket.destroy();
        return;
      }
      if (opcode !== opcodes.text || !payload.includes('"count"')) continue;
      counts.refused += JSON.parse(payload.toString()).count;
      counts.onRefused();
    }
    held = held.subarray(at);
  };
}

/** Floods until the bench says stop; tells when the first message has been refused. */
export async function runFlood(rig: Rig, job: FloodJob): Promise<FloodResult> {
  setPriority(priority);
  const isOver = new Promise((resolve) => process.on('message', (message) => message === stop && resolve(undefined)));
  const refused = Promise.withResolvers<void>();
  const counts: Counts = { refused: 0, closed: 0, onRefused: refused.resolve };
  const floods = Array.from({ length: job.connections }, (_, index) =>
    job.message === 'requests' ? askForEver(rig, counts) : floodForEver(rig, job, `flood-${index}`, counts),
  );
  await Promise.race([refused.promise, ...floods]);
  process.send?.(begun);
  const startMs = performance.now();
  await Promise.race([isOver, ...floods]);
  return { durationMs: performance.now() - startMs, refused: counts.refused, closed: counts.closed };
}
