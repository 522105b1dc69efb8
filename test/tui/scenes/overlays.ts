/** What stands in the place of the lists. */
import { online } from '../harness.ts';
import { large, looked, type Scene, snippets, usual, work } from './room.ts';

export const overlayScenes: readonly Scene[] = [
  {
    name: 'device-sheet',
    size: usual,
    play(commander) {
      work(commander);
      commander.press('j', 'j', 'j', 'enter');
      commander.act(looked);
    },
  },
  {
    name: 'cancel',
    size: usual,
    play(commander) {
      work(commander);
      commander.press('j', 'j', 'j', 'enter');
      commander.act(looked);
      commander.press('X');
    },
  },
  {
    name: 'new-device',
    size: usual,
    play(commander) {
      commander.press('a');
      commander.type('pump-3');
      commander.press('enter');
      const url = 'wss://relay.example/ws/connect/';
      const token = 'rly_device_EXAMPLE_this-token-is-shown-once';
      commander.act({
        type: 'device-added',
        device: { id: 'pump-3', token, url, worker: '#!/usr/bin/env python3\n# …' },
      });
    },
  },
  {
    name: 'palette',
    size: usual,
    play(commander) {
      commander.press(':');
      commander.type('mess');
    },
  },
  {
    name: 'snippets',
    size: usual,
    play(commander) {
      commander.press('i');
      commander.act({ type: 'snippets-listed', snippets });
    },
  },
  {
    name: 'snippet-value',
    size: usual,
    play(commander) {
      commander.press('i');
      commander.act({ type: 'snippets-listed', snippets });
      commander.press('enter');
      commander.type('5');
    },
  },
  {
    name: 'profiles',
    size: usual,
    play(commander) {
      const profiles = [
        { name: 'prod', url: 'wss://relay.example' },
        { name: 'workshop', url: 'ws://192.168.1.20:8787' },
      ];
      commander.act({ type: 'profiles-listed', profiles });
    },
  },
  {
    name: 'send-to-several',
    size: usual,
    play(commander) {
      work(commander);
      commander.press('i');
      commander.type('@gate-7 @pump-* {"cmd":"stop"}');
      commander.press('enter');
    },
  },
  {
    name: 'mistake',
    size: large,
    play(commander) {
      commander.press('i');
      commander.type('@gate-7 {"cmd":open}');
    },
  },
  {
    name: 'fields',
    size: large,
    play(commander) {
      commander.press('i');
      commander.type('@mouse_pi cmd=move x:=10 y:=5');
    },
  },
  {
    name: 'completion',
    size: large,
    play(commander) {
      commander.press('i');
      commander.type('@pu');
      commander.press('tab');
    },
  },
  {
    name: 'errors',
    size: usual,
    play(commander) {
      work(commander);
      commander.press('e');
    },
  },
  { name: 'help', size: usual, play: (commander) => commander.press('?') },
  {
    name: 'quit-with-others',
    size: usual,
    play(commander) {
      const local = { ownIds: ['simulated_mouse'] };
      commander.act({ type: 'relay-chosen', label: 'local', url: 'ws://127.0.0.1:8787/ws/connect/', local });
      commander.act({ type: 'devices-polled', devices: [online('simulated_mouse'), online('arm')], isComplete: true });
      commander.press('q');
    },
  },
];
