import { spawnSync } from 'node:child_process';
import { spawnWatched, type WatchedProcess } from '../e2e/watched-process.ts';
import { allToolsRequired } from '../tools.ts';

/** Another machine at the end of a cable that can be pulled out: a network namespace of this one. */
export interface RemoteHost {
  /** This machine's address as the other one sees it. */
  readonly address: string;
  /** Starts a program there. */
  spawn(command: string, args: readonly string[]): WatchedProcess;
  /** Every packet is lost from now on, in both directions, and nobody is told. */
  pullCable(): void;
  plugIn(): void;
  remove(): void;
}

export function makeRemoteHost(): RemoteHost {
  // Names of interfaces are short; the number of this process keeps two test runs from each other.
  const id = process.pid % 100_000;
  const [namespace, here, there] = [`relay-test-${id}`, `rlya${id}`, `rlyb${id}`];
  const subnet = `10.${200 + (id % 50)}.${Math.floor(id / 50) % 250}`;
  const address = `${subnet}.1`;
  const remove = () => {
    // First the cable: the end of a namespace takes it along, but some time later.
    spawnSync('ip', ['link', 'del', here]);
    spawnSync('ip', ['netns', 'del', namespace]);
  };
  try {
    ip('netns', 'add', namespace);
    ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', namespace);
    ip('addr', 'add', `${address}/30`, 'dev', here);
    ip('link', 'set', here, 'up');
    ip('-n', namespace, 'addr', 'add', `${subnet}.2/30`, 'dev', there);
    ip('-n', namespace, 'link', 'set', there, 'up');
  } catch (error) {
    remove();
    throw error;
  }
  return {
    address,
    spawn: (command, args) => spawnWatched('ip', ['netns', 'exec', namespace, command, ...args]),
    pullCable: () => ip('-n', namespace, 'link', 'set', there, 'down'),
    plugIn: () => ip('-n', namespace, 'link', 'set', there, 'up'),
    remove,
  };
}

function ip(...args: string[]): void {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr ?? ''}${error?.message ?? ''}`);
}

/** Whether such hosts can be made: that takes root and iproute2. Says what is left out where they cannot; CI leaves nothing out. */
export function canMakeRemoteHosts(): boolean {
  try {
    makeRemoteHost().remove();
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message.trim() : String(error);
    process.stderr.write(`left out is the network that loses every packet, which needs root and iproute2: ${why}\n`);
    return allToolsRequired();
  }
}
