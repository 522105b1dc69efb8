/** Whatever is pressed and whatever comes meanwhile: the screen stays as large as the terminal, and no machine is touched. */
import fc from 'fast-check';
import { renderToString } from 'ink';
import { expect, it } from 'vitest';
import { Screen } from '../../src/tui/app.tsx';
import { keymap } from '../../src/tui/keys/keymap.ts';
import type { Action } from '../../src/tui/state/action.ts';
import { cellWidth } from '../../src/tui/text/cells.ts';
import { createLook } from '../../src/tui/text/look.ts';
import { createHarness, ownSession, received } from './harness.ts';
import { devices, large, looked, small, snippets, usual } from './scenes/room.ts';

const look = createLook({ isAscii: false, hasColor: false });
const keys = [
  ...new Set(
    Object.values(keymap).flatMap(({ own, shared }) => [...own, ...shared].flatMap((binding) => binding.keys)),
  ),
];
const happenings: readonly Action[] = [
  received({ sender: 'gate-7', temp: 21 }),
  looked,
  { type: 'told', tone: 'bad', text: 'a sentence that is long '.repeat(12) },
  { type: 'prompt-refused', reason: 'because it may not be done here and now '.repeat(3) },
  { type: 'snippets-listed', snippets },
  { type: 'profiles-listed', profiles: [{ name: 'prod', url: 'wss://relay.example' }] },
];

const pressed = fc.oneof(fc.constantFrom(...keys), fc.constantFrom(...'y{}":,@ 01hn')).map((key) => ({ key }));
const events = fc.array(fc.oneof({ weight: 6, arbitrary: pressed }, fc.constantFrom(...happenings)), { maxLength: 60 });

it('has exactly the rows of the terminal, none wider than it', { timeout: 60_000 }, () => {
  const sizes = fc.constantFrom(small, usual, large);
  fc.assert(
    fc.property(sizes, events, (size, happened) => {
      const commander = createHarness({ size, devices, session: ownSession });
      for (const event of happened) {
        if ('key' in event) commander.press(event.key);
        else commander.act(event);
        const screen = renderToString(<Screen state={commander.state} look={look} />, { columns: size.columns });
        const rows = screen.split('\n');
        expect(rows).toHaveLength(size.rows);
        expect(rows.filter((row) => cellWidth(row) > size.columns)).toEqual([]);
      }
    }),
    { numRuns: 25 },
  );
});

it('asks nothing of the relay that a machine would feel, however long keys are pressed', () => {
  const harmful = ['send', 'remove', 'remove-device', 'rotate-token', 'cancel-sent'];
  const ofNobody = fc.array(
    fc.constantFrom(...keys).map((key) => ({ key })),
    { minLength: 200, maxLength: 400 },
  );
  fc.assert(
    fc.property(ofNobody, (strokes) => {
      const commander = createHarness({ size: usual, devices, session: ownSession });
      for (const { key } of strokes) commander.press(key);
      expect(commander.effects.filter(({ effect }) => harmful.includes(effect))).toEqual([]);
    }),
    { numRuns: 100 },
  );
});
