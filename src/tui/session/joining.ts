import type { CommanderConnection, CommanderPorts } from '../ports.ts';
import type { Answer } from '../state/action.ts';
import type { Joining } from '../state/connect-form.ts';
import { messageOf } from './jobs.ts';

/** What the joining of a relay needs. */
export interface JoiningParts {
  readonly ports: Pick<CommanderPorts, 'connectionTo' | 'checkKey' | 'problemWithName' | 'saveProfile' | 'replaceKey'>;
  /** The connection that there is, to which another key belongs. */
  readonly present: () => CommanderConnection | undefined;
  readonly connect: (connection: CommanderConnection) => void;
  readonly tell: (answer: Answer) => void;
}

/** Goes over to a relay with what somebody typed; until the relay has taken the key everything stays as it is. */
export interface Joiner {
  /** Tells how it went, and never rejects. */
  join(joining: Joining): Promise<void>;
  /** Whatever comes of the try under way is not listened to any more, and nothing is saved. */
  giveUp(): void;
}

interface Kept {
  readonly connection: CommanderConnection;
  readonly words: string;
}

async function keep(
  connection: CommanderConnection,
  { aim, name }: Joining,
  ports: JoiningParts['ports'],
): Promise<Kept> {
  if (connection.profile !== undefined) {
    await ports.replaceKey(connection);
    return { connection, words: `The relay takes the key, which is saved in the profile ${connection.profile}.` };
  }
  if (aim.for === 'another-key' && name === '') {
    return { connection, words: 'The relay takes the key. It is not saved: it is forgotten when you quit.' };
  }
  const profile = await ports.saveProfile(connection, name);
  const saved = { ...connection, label: profile, profile };
  return { connection: saved, words: `The relay takes the key: saved as the profile ${profile}.` };
}

export function createJoiner({ ports, present, connect, tell }: JoiningParts): Joiner {
  let tries = 0;

  function connectionFor({ aim, url, authKey }: Joining): CommanderConnection {
    const known = aim.for === 'another-key' ? present() : undefined;
    return known === undefined ? ports.connectionTo(url, authKey) : { ...known, authKey };
  }

  function begin(connection: CommanderConnection, tone: 'good' | 'bad', words: string): void {
    connect(connection);
    tell({ type: 'begun' });
    tell({ type: 'told', tone, text: words });
  }

  /** Undefined when it was given up meanwhile, or cannot be done, which is told. */
  async function check(joining: Joining, isCurrent: () => boolean): Promise<CommanderConnection | undefined> {
    const nameProblem = joining.name === '' ? undefined : ports.problemWithName(joining.name);
    if (nameProblem !== undefined) {
      tell({ type: 'beginning-failed', reason: nameProblem, field: 'name' });
      return undefined;
    }
    try {
      const connection = connectionFor(joining);
      await ports.checkKey(connection);
      return isCurrent() ? connection : undefined;
    } catch (error) {
      if (isCurrent()) tell({ type: 'beginning-failed', reason: messageOf(error) });
      return undefined;
    }
  }

  return {
    async join(joining) {
      tries++;
      const own = tries;
      const connection = await check(joining, () => own === tries);
      if (connection === undefined) return;
      try {
        const kept = await keep(connection, joining, ports);
        begin(kept.connection, 'good', kept.words);
      } catch (error) {
        begin(connection, 'bad', `The relay takes the key, but it is not saved: ${messageOf(error)}`);
      }
    },
    giveUp() {
      tries++;
    },
  };
}
