/**
 * Brings what the tests need from Debian (run before `npm test`): installs it where that is possible without asking, and
 * says in one line each what is left out where it is not. With REQUIRE_ALL_TOOLS=1 a missing tool is a failure.
 */
import { spawnSync } from 'node:child_process';
import { allToolsRequired, isInstalled, type Tool, type ToolName, toolNames, tools } from './tools.ts';

function missingTools(): readonly ToolName[] {
  return toolNames.filter((name) => !isInstalled(name));
}

function canInstall(): boolean {
  return process.getuid?.() === 0 && spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Runs apt-get quietly; what it said is shown only when it failed. */
function aptGet(args: readonly string[]): boolean {
  const run = spawnSync('apt-get', ['-qq', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (run.status !== 0) process.stderr.write(`apt-get ${args.join(' ')} failed:\n${run.stdout}${run.stderr}`);
  return run.status === 0;
}

function install(names: readonly ToolName[]): void {
  const packages = names.map((name) => tools[name].debianPackage);
  process.stderr.write(`installing for the tests: ${packages.join(', ')}\n`);
  if (aptGet(['update'])) aptGet(['install', '-y', '--no-install-recommends', ...packages]);
}

function main(): number {
  const wanted = missingTools();
  if (wanted.length > 0 && canInstall()) install(wanted);
  const missing = wanted.length > 0 ? missingTools() : [];
  for (const name of missing) {
    const tool: Tool = tools[name];
    process.stderr.write(
      `${name} is missing: left out are ${tool.leftOut}; to run them, apt-get install ${tool.debianPackage}\n`,
    );
  }
  return missing.length > 0 && allToolsRequired() ? 1 : 0;
}

process.exitCode = main();
