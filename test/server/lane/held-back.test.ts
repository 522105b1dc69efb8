import { describe, expect, it } from 'vitest';
import { createLaneShared } from '../../../src/server/lane/lane-shared.ts';
import type { Link, LinkListener } from '../../../src/server/rooms/link.ts';
import { Sockets } from '../../../src/server/sockets/sockets.ts';
import { opcodes, writeFrame } from '../../e2e/raw-frame.ts';
import { settle } from '../switchboard-rig.ts';
import { FakeSocket, upgradeRequest } from './fake-socket.ts';

/** A connection that is held back after each `messagesMax` messages that it was heard of, until it is let go. */
async function connect(messagesMax: number) {
  const heard: string[] = [];
  let [link]: Link[] = [];
  let left = messagesMax;
  const hear = (...texts: string[]) => {
    heard.push(...texts);
    left -= texts.length;
    if (left <= 0) link?.pauseReading();
  };
  const listener: LinkListener = {
    messageBytesMax: 100_000,
    takesRuns: true,
    partBytesMax: 64,
    get isHeldBack() {
      return left <= 0;
    },
    handleText: (bytes) => hear(Buffer.from(bytes).toString()),
    handleRun: (run) => hear(...[...run.payloads()].map((payload) => Buffer.from(payload).toString())),
    handleTooBig: () => {},
    handleBinary: () => {},
    handlePing: (data) => hear(Buffer.from(data).toString()),
    handlePong: () => {},
    handleWritable: () => {},
    handleClosed: () => {},
  };
  const sockets = new Sockets({
    messageBytesMax: () => 100_000,
    lanes: createLaneShared(),
    onLink(made) {
      link = made;
      return listener;
    },
    onGone: () => {},
    onSocketError: () => {},
    onBug: (error) => hear(error.message),
  });
  const socket = new FakeSocket();
  sockets.accept(upgradeRequest(), socket, Buffer.alloc(0), '192.0.2.1');
  await settle();
  return {
    socket,
    heard,
    async letGo(): Promise<void> {
      left = messagesMax;
      link?.resumeReading();
      for (let turn = 0; turn < 5; turn++) await settle();
    },
  };
}

const frame = (payload: string) => writeFrame({ opcode: opcodes.text, payload });

describe('a client that is held back', () => {
  it.each([
    ['to a target', (n: number) => `{"target":"pump","n":${n}}`],
    ['without a target', (n: number) => `{"n":${n}}`],
    ['of both kinds', (n: number) => (n % 2 === 0 ? `{"target":"pump","n":${n}}` : `{"n":${n}}`)],
    ['of another target each', (n: number) => `{"target":"pump-${n}"}`],
  ])(
    'is heard of little of one read at a time, and in the end of everything in its order: messages %s',
    async (_name, message) => {
      const messages = Array.from({ length: 100 }, (_, n) => message(n));
      const { socket, heard, letGo } = await connect(3);
      socket.receive(Buffer.concat(messages.map(frame)));
      for (let turn = 0; turn < 5; turn++) await settle();
      let before = 0;
      while (heard.length < messages.length) {
        expect(heard.length - before).toBeGreaterThan(0);
        expect(heard.length - before).toBeLessThan(8);
        before = heard.length;
        await letGo();
      }
      expect(heard).toEqual(messages);
    },
  );

  it('is heard of few pings of one read at a time', async () => {
    const pings = Array.from({ length: 100 }, (_, n) => `ping ${n}`);
    const { socket, heard, letGo } = await connect(3);
    socket.receive(Buffer.concat(pings.map((payload) => writeFrame({ opcode: opcodes.ping, payload }))));
    for (let turn = 0; turn < 5; turn++) await settle();
    for (let turn = 1; heard.length < pings.length; turn++) {
      expect(heard.length).toBe(3 * turn);
      await letGo();
    }
    expect(heard).toEqual(pings);
  });

  it('is heard of all that was read when its socket breaks', async () => {
    const messages = Array.from({ length: 20 }, (_, n) => `{"target":"pump","n":${n}}`);
    const { socket, heard } = await connect(3);
    socket.receive(Buffer.concat(messages.map(frame)));
    for (let turn = 0; turn < 5; turn++) await settle();
    expect(heard.length).toBeLessThan(10);
    socket.destroy();
    for (let turn = 0; turn < 5; turn++) await settle();
    expect(heard).toEqual(messages);
  });
});
