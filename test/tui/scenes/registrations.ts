/** What is asked before a machine loses its token. */
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
];
