/** The languages of the examples, in the order of their tabs; the files are those of src/sdk/examples, which the tests run. */
export interface Language {
  readonly name: string;
  readonly folder: string;
  readonly commander: string;
  readonly worker: string;
}

export const languages: readonly Language[] = [
  { name: 'Python', folder: 'python', commander: 'commander.py', worker: 'worker.py' },
  { name: 'Node.js', folder: 'node', commander: 'commander.mjs', worker: 'worker.mjs' },
  { name: 'Browser', folder: 'browser', commander: 'commander.html', worker: 'worker.html' },
  { name: 'Java', folder: 'java', commander: 'Commander.java', worker: 'Worker.java' },
  { name: 'bash', folder: 'bash', commander: 'commander.sh', worker: 'worker.sh' },
  { name: 'MicroPython (untested)', folder: 'micropython', commander: 'commander.py', worker: 'worker.py' },
  { name: 'Arduino (untested)', folder: 'arduino', commander: 'commander.ino', worker: 'worker.ino' },
];
