/** Loaded into a process before the store (`node --import`): the store does not sync its log, or less than it promises. */
import { registerHooks } from 'node:module';

const setting = "['synchronous', 'FULL', 2]";
const weaker: Readonly<Record<string, string>> = {
  OFF: "['synchronous', 'OFF', 0]",
  NORMAL: "['synchronous', 'NORMAL', 1]",
};
const instead = weaker[process.env.SYNCHRONOUS ?? ''];

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (instead === undefined || !url.endsWith('/store/open-database.ts')) return loaded;
    const source = String(loaded.source);
    if (!source.includes(setting)) throw new Error(`open-database.ts does not say ${setting}`);
    return { ...loaded, source: source.replace(setting, instead) };
  },
});
