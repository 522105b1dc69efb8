/** What is asked before something is done to a machine, also where there is little room. */
import { looked, type Scene, small, usual, work } from './room.ts';

export const registrationScenes: readonly Scene[] = [
  {
    name: 'remove-device',
    size: usual,
    play(commander) {
      work(commander);
      commander.press('j', 'j', 'j', 'enter');
      commander.act(looked);
      commander.press('D');
      commander.type('pump-1');
      commander.press('enter');
    },
  },
  {
    name: 'remove-device-40x12',
    size: small,
    play(commander) {
      commander.press('D');
      commander.type('gate-1');
      commander.press('enter');
    },
  },
  { name: 'rotate-token', size: usual, play: (commander) => commander.press('R') },
  {
    name: 'confirm-rotation-40x12',
    size: small,
    play(commander) {
      commander.press('R');
      commander.type('0');
      commander.press('enter');
    },
  },
  {
    name: 'send-to-several-40x12',
    size: small,
    play(commander) {
      commander.press('i');
      commander.type('@gate-7 @mouse_pi @pump-* {"cmd":"status","why":"the water was high last night"}');
      commander.press('enter');
    },
  },
  {
    name: 'device-sheet-40x12',
    size: small,
    play(commander) {
      commander.press('j', 'j', 'j', 'enter');
      commander.act(looked);
    },
  },
];
