import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WireSettings } from '../wires/create-wire.ts';
import { findProgram } from './find-program.ts';
import type { Peer } from './peer.ts';
import { findFreePort, loopback, makeTemporaryFolder, startProcess, untilListening } from './server-process.ts';

export interface ConfiguredServer {
  readonly name: string;
  readonly about: string;
  /** The program, measured where it is installed. */
  readonly program: string;
  readonly debianPackage: string;
  readonly wire: WireSettings;
  /** The configuration that makes it listen on this port; whatever else it makes goes into the folder. */
  configure(port: number, folder: string): string;
}

/** A peer that is a program with a configuration file, which it takes behind `-c`. */
export function createConfiguredPeer(server: ConfiguredServer): Peer {
  const { name, about, program, debianPackage, wire, configure } = server;
  return {
    name,
    about,
    whyNot: () =>
      findProgram(program) === undefined ? `${program} is not installed: apt-get install ${debianPackage}` : undefined,
    async start() {
      const folder = makeTemporaryFolder();
      const port = await findFreePort();
      const configFile = join(folder.path, `${program}.conf`);
      writeFileSync(configFile, configure(port, folder.path));
      const running = startProcess(findProgram(program) ?? program, ['-c', configFile]);
      const stop = async () => {
        await running[Symbol.asyncDispose]();
        folder[Symbol.dispose]();
      };
      await untilListening(port).catch(async (error: unknown) => {
        await stop();
        throw error;
      });
      return {
        peerName: name,
        host: loopback,
        port,
        pid: running.pid,
        isAlive: running.isAlive,
        wire,
        [Symbol.asyncDispose]: stop,
      };
    },
  };
}
