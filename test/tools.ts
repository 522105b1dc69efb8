import { spawnSync } from 'node:child_process';

/** What some tests need beside Node, and the package of Debian that brings it. */
export interface Tool {
  readonly debianPackage: string;
  /** A command that succeeds exactly when the tool is there and is the right one. */
  readonly probe: readonly [command: string, ...args: string[]];
  /** What the probe must print, where its exit code does not say enough. */
  readonly prints?: RegExp;
  /** What is left out without it, to complete the sentence "… is missing: ". */
  readonly leftOut: string;
}

/** Debian's Python modules belong to Debian's Python; the `python3` on the PATH may be another one. */
export const debianPython = '/usr/bin/python3';

/** Debian's Chromium; playwright-core brings no browser. */
export const chromiumProgram = '/usr/bin/chromium';

/** Debian's nginx; its folder is on the PATH of root alone. */
export const nginxProgram = '/usr/sbin/nginx';

export const tools = {
  'python3-websocket': {
    debianPackage: 'python3-websocket',
    probe: [debianPython, '-c', 'from websocket import WebSocketApp'],
    leftOut: 'workers written with websocket-client',
  },
  'python3-websockets': {
    debianPackage: 'python3-websockets',
    probe: [debianPython, '-c', 'import websockets'],
    leftOut: 'workers written with websockets and asyncio',
  },
  mypy: {
    debianPackage: 'mypy',
    probe: ['mypy', '--version'],
    leftOut: 'the check of the types in the Python client',
  },
  chromium: {
    debianPackage: 'chromium',
    probe: [chromiumProgram, '--version'],
    leftOut: 'everything in a browser',
  },
  curl: { debianPackage: 'curl', probe: ['curl', '--version'], leftOut: 'the commander in bash' },
  java: {
    debianPackage: 'default-jdk-headless',
    // A runtime without the compiler cannot start a single source file.
    probe: ['java', '--list-modules'],
    prints: /jdk\.compiler/,
    leftOut: 'workers written with java.net.http',
  },
  zsh: { debianPackage: 'zsh', probe: ['zsh', '--version'], leftOut: 'completion in zsh' },
  fish: { debianPackage: 'fish', probe: ['fish', '--version'], leftOut: 'completion in fish' },
  tmux: {
    debianPackage: 'tmux',
    probe: ['tmux', '-V'],
    leftOut: 'the commander in a real terminal, completion at a press of Tab',
  },
  cc: {
    debianPackage: 'gcc',
    probe: ['cc', '--version'],
    leftOut: 'power loss, disks that fail or are slow, and clocks that are set',
  },
  ip: { debianPackage: 'iproute2', probe: ['ip', '-V'], leftOut: 'a network that loses every packet' },
  nginx: {
    debianPackage: 'nginx-light',
    probe: [nginxProgram, '-v'],
    leftOut: 'the relay behind a reverse proxy',
  },
  openssl: { debianPackage: 'openssl', probe: ['openssl', 'version'], leftOut: 'everything over TLS' },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;

export const toolNames = Object.keys(tools) as readonly ToolName[];

/** Whether the tool is on this machine; asks the machine each time, because it may just have been installed. */
export function isInstalled(name: ToolName): boolean {
  const tool: Tool = tools[name];
  const [command, ...args] = tool.probe;
  const run = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return run.status === 0 && (tool.prints === undefined || tool.prints.test(run.stdout));
}

/** Whether nothing may be left out, as in continuous integration. */
export function allToolsRequired(): boolean {
  return process.env.REQUIRE_ALL_TOOLS === '1';
}

/**
 * Whether tests that need this tool are run, for `describe.runIf(hasTool('java'))`. Where all tools are required they always
 * are, and fail where the tool is missing, so that continuous integration never passes with something left out.
 */
export function hasTool(name: ToolName): boolean {
  return allToolsRequired() || isInstalled(name);
}
