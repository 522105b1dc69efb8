/** A relay that does not take the key any more, and one relay more. */
import type { Harness } from '../harness.ts';
import { large, type Scene, small, usual, work } from './room.ts';

const revoked = {
  kind: 'refused',
  closeCode: 4010,
  reason: 'the key was revoked: ask for a new one',
} as const;

export function refuseKey(commander: Harness): void {
  commander.act({ type: 'connection-changed', connection: { phase: 'closed', ending: revoked } });
}

/** Another key, typed and not sent yet. */
function typeKey(commander: Harness): void {
  refuseKey(commander);
  commander.press('K');
  commander.type('rly_master_abc');
}

function addRelay(commander: Harness): void {
  commander.act({ type: 'profiles-listed', profiles: [{ name: 'prod', url: 'wss://relay.example' }] });
  commander.type('add');
  commander.press('enter');
  commander.type('wss://workshop.example:8787');
  commander.press('enter');
  commander.type('rly_master_abc');
  commander.press('enter');
}

export const joiningScenes: readonly Scene[] = [
  {
    name: 'key-refused',
    size: large,
    play(commander) {
      work(commander);
      refuseKey(commander);
    },
  },
  { name: 'key-refused-40x12', size: small, play: refuseKey },
  { name: 'another-key', size: usual, play: typeKey },
  {
    name: 'another-key-of-profile-40x12',
    size: small,
    play(commander) {
      commander.act({ type: 'relay-chosen', label: 'prod', url: 'wss://relay.example/ws/connect/', profile: 'prod' });
      typeKey(commander);
    },
  },
  { name: 'add-relay', size: usual, play: addRelay },
  {
    name: 'add-relay-refused-40x12',
    size: small,
    isAscii: true,
    play(commander) {
      addRelay(commander);
      commander.type('prod');
      commander.press('enter');
      const reason = 'There is a profile prod already: choose another name.';
      commander.act({ type: 'beginning-failed', reason, field: 'name' });
    },
  },
  {
    name: 'token-from-elsewhere',
    size: usual,
    play(commander) {
      const url = 'wss://workshop.example/ws/connect/';
      const token = 'rly_device_EXAMPLE_this-token-is-shown-once';
      const device = { id: 'pump-3', token, url, worker: '#!/usr/bin/env python3\n# …', elsewhere: 'workshop' };
      commander.act({ type: 'device-added', device });
    },
  },
];
