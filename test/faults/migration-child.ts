/** Opens the store of a data folder to be killed in the middle: with one more schema step, endless or short, or with those there are. */
import { DatabaseSync } from 'node:sqlite';
import { dataFolderAt } from '../../src/server/store/data-folder.ts';
import { openDatabase } from '../../src/server/store/open-database.ts';
import { migrations } from '../../src/server/store/schema.ts';
import { shortStep } from './migration-steps.ts';

const [, , dataDir = '', length = 'endless'] = process.argv;

const endlessStep = `
  CREATE TABLE half_done (n INTEGER);
  DELETE FROM message;
  INSERT INTO half_done WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter) SELECT n FROM counter;`;

const added = { endless: [endlessStep], short: [shortStep], none: [] }[length] ?? [];

openDatabase({
  folder: dataFolderAt(dataDir),
  connect: (file) => new DatabaseSync(file),
  onEvent: () => {},
  steps: [...migrations, ...added],
}).close();
