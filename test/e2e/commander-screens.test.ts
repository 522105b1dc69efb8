/**
 * The screens of the real program in a real terminal, of scripted runs with a real relay, compared whole: text, looks and cursor.
 * `npm run screens` makes them again.
 */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { footerKeys, keymap, type Place } from '../../src/tui/keys/keymap.ts';
import { runAround } from './commander-screens/around.ts';
import { runReading, runSending } from './commander-screens/day.ts';
import { runFirstRun, runLoss, runMidnight, runTakeover } from './commander-screens/ends.ts';
import { runJoining } from './commander-screens/joining.ts';
import { runHostile, runLooks } from './commander-screens/looks.ts';
import { lookedAt, pictureFolder } from './commander-screens/recorder.ts';
import { uxRows } from './commander-screens/rows.ts';
import { openWorkshop } from './commander-screens/workshop.ts';
import { runWriting } from './commander-screens/writing.ts';

const runMs = 240_000;

describe('the screens of the commander are as they were looked at', () => {
  it.each([
    ['sending', runSending],
    ['reading', runReading],
    ['writing', runWriting],
    ['looking around', runAround],
    ['losing the relay', runLoss],
    ['losing the name', runTakeover],
    ['keys and relays', runJoining],
    ['midnight', runMidnight],
    ['other terminals', runLooks],
    ['hostile messages', runHostile],
  ])(
    '%s',
    async (_what, run) => {
      await using workshop = await openWorkshop();
      await run(workshop);
    },
    runMs,
  );

  it('the first run', runFirstRun, runMs);
});

describe('the pictures', () => {
  const names = readdirSync(pictureFolder).map((file) => file.replace('.txt', ''));

  it.each(uxRows.map(({ says, shownIn }) => ({ says, shownIn })))('show: $says', ({ shownIn }) => {
    for (const [name, row] of Object.entries(shownIn)) {
      expect(row.test(lookedAt(name) ?? ''), `${name} has ${row}`).toBe(true);
    }
  });

  it('are each there for a row of what the commander is to show, which stands in the table once', () => {
    expect(names.toSorted()).toEqual([...new Set(uxRows.flatMap(({ shownIn }) => Object.keys(shownIn)))].toSorted());
    expect(new Set(uxRows.map(({ says }) => says)).size).toBe(uxRows.length);
  });

  it('show every place that has the keyboard, by the keys that its footer names', () => {
    const lines = names.flatMap((name) => (lookedAt(name) ?? '').split('\n').map((line) => line.trim()));
    const places = Object.keys(keymap).filter((place): place is Place => place in keymap);
    const hintsOf = (place: Place): readonly string[] =>
      footerKeys(place).flatMap(({ label, hint }) => (hint === undefined ? [] : [`${label} ${hint}`]));
    const isSeen = (place: Place): boolean => {
      const hints = hintsOf(place);
      // A line that has another hint as well is of another place.
      return lines.some((line) => line.split('  ').toSorted().join() === hints.toSorted().join());
    };
    const unseen = places.filter((place) => !isSeen(place));
    // It lasts for as long as a relay takes to start.
    expect(unseen).toEqual(['busy']);
  });
});
