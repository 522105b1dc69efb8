/** What a relay answers after somebody has gone on to another one, over real sockets. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { createCommander } from '../../../src/tui/commander.ts';
import type { CommanderConnection, CommanderPorts } from '../../../src/tui/ports.ts';
import { initialState } from '../../../src/tui/state/state.ts';
import type { TerminalControl } from '../../../src/tui/terminal.ts';
import { startMs } from '../harness.ts';

/** Answers what is asked about devices when it is told to, and nothing else. */
async function startSlowRelay() {
  const asked: ServerResponse[] = [];
  const server = createServer((request, response) => {
    if (request.method === 'GET') response.writeHead(404).end();
    else asked.push(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/ws/connect/`,
    asked,
    answer(status: number, body: unknown) {
      asked.shift()?.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function startCommander(connections: Readonly<Record<string, CommanderConnection>>) {
  const unused = (): never => {
    throw new Error('nobody should ask this');
  };
  const ports: CommanderPorts = {
    isOneShot: () => false,
    startLocalRelay: unused,
    connectionTo: unused,
    checkKey: unused,
    problemWithName: unused,
    saveProfile: unused,
    replaceKey: unused,
    profiles: () => [],
    async openProfile(name) {
      const connection = connections[name];
      return connection === undefined ? unused() : { kind: 'connect', connection };
    },
    snippets: () => new Map(),
    saveSnippet: unused,
    history: { load: async () => [], add: async () => undefined },
    workerFor: () => 'import json',
  };
  const terminal: TerminalControl = { copy: unused, redraw: unused, suspend: unused, edit: unused };
  const initial = initialState({
    size: { columns: 80, rows: 24 },
    nowMs: startMs,
    messageIdPrefix: 'c',
    screen: { name: 'main' },
  });
  const commander = createCommander({ initial, ports, terminal });
  const press = (...keys: readonly string[]): void =>
    commander.store.dispatch({ type: 'strokes', strokes: keys.map((key) => ({ key })) });
  return {
    commander,
    press,
    /** Goes over to a saved connection, as the list of them does. */
    async goTo(name: string) {
      commander.store.dispatch({ type: 'profiles-listed', profiles: [{ name, url: connections[name]?.url ?? '' }] });
      press('enter');
      await vi.waitFor(() => expect(commander.store.state.relay.label).toBe(name));
    },
    [Symbol.asyncDispose]: () => commander.close(),
  };
}

async function startAdding() {
  const one = await startSlowRelay();
  const other = await startSlowRelay();
  const connection = (label: string, { url }: { readonly url: string }): CommanderConnection => {
    return { label, url, authKey: 'k', sender: 'desk' };
  };
  const connections = { one: connection('one', one), other: connection('other', other) };
  const started = startCommander(connections);
  const { commander, press } = started;
  commander.begin({ kind: 'connect', connection: connections.one });
  press('a');
  commander.store.dispatch({ type: 'strokes', strokes: [{ text: 'crane' }] });
  press('enter');
  await vi.waitFor(() => expect(one.asked).toHaveLength(1));
  press('escape');
  return {
    ...started,
    one,
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]();
      await one[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
}

describe('a token that comes after another relay was chosen', () => {
  it('is shown all the same, with the relay that it came from', async () => {
    await using adding = await startAdding();
    await adding.goTo('other');
    adding.one.answer(201, { device: 'crane', device_token: 'rly_device_late' });
    await vi.waitFor(() =>
      expect(adding.commander.store.state.overlay).toMatchObject({
        kind: 'new-device',
        device: { id: 'crane', token: 'rly_device_late', elsewhere: 'one' },
      }),
    );
  });

  it('is that of the relay that is shown when somebody has come back to it', async () => {
    await using adding = await startAdding();
    await adding.goTo('other');
    await adding.goTo('one');
    adding.one.answer(201, { device: 'crane', device_token: 'rly_device_late' });
    await vi.waitFor(() => expect(adding.commander.store.state.overlay?.kind).toBe('new-device'));
    expect(adding.commander.store.state.overlay).not.toHaveProperty('device.elsewhere');
  });

  it('that does not come is said, with the relay that refused it', async () => {
    await using adding = await startAdding();
    await adding.goTo('other');
    adding.one.answer(409, { status: 'error', code: 'conflict', message: 'there is a crane already' });
    await vi.waitFor(() => expect(adding.commander.store.state.notice?.text).toBe('At one: there is a crane already'));
    expect(adding.commander.store.state.overlay).toBeUndefined();
  });
});
