/** Opens the store of a data folder with a second schema step that takes long, to be killed in the middle of it. */
import { DatabaseSync } from 'node:sqlite';
import { dataFolderAt } from '../../src/server/store/data-folder.ts';
import { openDatabase } from '../../src/server/store/open-database.ts';
import { migrations } from '../../src/server/store/schema.ts';

const [, , dataDir = ''] = process.argv;
openDatabase({
  folder: dataFolderAt(dataDir),
  connect: (file) => new DatabaseSync(file),
  onEvent: () => {},
  steps: [
    ...migrations,
    `CREATE TABLE half_done (n INTEGER);
     DELETE FROM message;
     INSERT INTO half_done WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter) SELECT n FROM counter;`,
  ],
});
