/**
 * The screens of scripted runs, compared with those that were looked at: `npm run screens` makes them again, here and in the
 * READMEs that show them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderToString } from 'ink';
import { describe, expect, it } from 'vitest';
import { Screen } from '../../src/tui/app.tsx';
import { createLook } from '../../src/tui/text/look.ts';
import { playScene, type Scene } from './scenes/room.ts';
import { scenes } from './scenes/scenes.ts';

const root = join(import.meta.dirname, '..', '..');

function pictureOf(scene: Scene): string {
  const { state } = playScene(scene);
  const look = createLook({ isAscii: scene.isAscii === true, hasColor: false });
  const text = renderToString(<Screen state={state} look={look} />, { columns: scene.size.columns });
  return `${text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

describe('the screen of the scene', () => {
  it.each(scenes)('$name is as it was looked at', async (scene) => {
    const picture = pictureOf(scene);
    expect(picture.trimEnd().split('\n').length).toBeLessThanOrEqual(scene.size.rows);
    await expect(picture).toMatchFileSnapshot(`screens/${scene.name}.txt`);
  });
});

/** A screen in a document: an indented block between these lines. */
const shownScreen = /(<!-- screen: ([\w-]+) -->\n)[\s\S]*?(<!-- \/screen -->)/g;

function withScreens(text: string): string {
  return text.replace(shownScreen, (_block, begin: string, name: string, end: string) => {
    const scene = scenes.find((known) => known.name === name);
    if (scene === undefined) throw new Error(`there is no scene ${name}`);
    const lines = pictureOf(scene).trimEnd().split('\n');
    return `${begin}\n${lines.map((line) => `    ${line}`.trimEnd()).join('\n')}\n\n${end}`;
  });
}

describe('the screens in', () => {
  it.each(['README.md', 'src/tui/README.md'])('%s are those of the scripted runs', (name) => {
    const path = join(root, name);
    const text = readFileSync(path, 'utf8');
    expect(text).toMatch(shownScreen);
    if (process.env.UPDATE_SCREENS === '1') writeFileSync(path, withScreens(text));
    else expect(text).toBe(withScreens(text));
  });
});
