import { parseRelayUrl } from '../../client/address.ts';
import type { DeviceDetail } from '../../client/http-types.ts';
import { isClientId } from '../../protocol/client-id.ts';
import { clientIdRule } from '../../protocol/messages.ts';
import { type CommandContext, connectionOptions, defineCommand } from '../command.ts';
import { type Connection, findConnection, withHttp } from '../connect.ts';
import { checkClock } from '../doctor/clock-check.ts';
import { checkDevice } from '../doctor/device-check.ts';
import { type Finding, recordOfFinding, tellFinding } from '../doctor/finding.ts';
import { checkName, checkTcp, checkTls, placeOf } from '../doctor/network-checks.ts';
import { checkLogin } from '../doctor/session-checks.ts';
import { checkUpgrade } from '../doctor/upgrade-check.ts';
import { type ExitCode, exitCodes, usageError } from '../exit-codes.ts';
import { outcomeRows } from '../outcome-rows.ts';

/** From the outside to the inside; what follows a check that failed cannot be asked. */
async function* checkRelay(connection: Connection): AsyncGenerator<Finding> {
  const address = parseRelayUrl(connection.url);
  const place = placeOf(address.ws);
  const outer = [
    () => checkName(place),
    () => checkTcp(place),
    ...(place.isTls ? [() => checkTls(place, connection.ca)] : []),
    () => checkUpgrade(address, connection.ca),
  ];
  for (const check of outer) {
    const finding = await check();
    yield finding;
    if (!finding.ok) return;
  }
  for await (const finding of checkLogin(connection)) {
    yield finding;
    if (!finding.ok) return;
  }
  yield await checkClock(address, connection.ca);
}

/** Tells each finding as soon as it is there, or keeps them all for one object. */
function createReport({ output }: CommandContext, isQuiet: boolean) {
  const findings: Finding[] = [];
  return {
    async add(finding: Finding): Promise<void> {
      findings.push(finding);
      if (!output.json && (!isQuiet || !finding.ok)) await tellFinding(finding, output);
    },
    async end(url: string, device: DeviceDetail | undefined): Promise<ExitCode> {
      const failed = findings.find(({ ok }) => !ok);
      if (output.json) {
        const checks = findings.map(recordOfFinding);
        await output.record({ url, ok: failed === undefined, checks, ...(device === undefined ? {} : { device }) });
      } else if (device !== undefined && device.outcomes.length > 0 && !isQuiet) {
        await output.line('');
        await output.table(outcomeRows(device.outcomes));
      }
      return failed?.exitCode ?? exitCodes.done;
    },
    get allIsWell(): boolean {
      return findings.every(({ ok, check }) => ok || check === 'clock');
    },
  };
}

export const doctorCommand = defineCommand({
  positionals: { id: { type: 'string', describe: 'The same as --to' } },
  options: {
    ...connectionOptions,
    to: {
      type: 'string',
      requiresArg: true,
      describe: 'A device: is it known, online, and what became of its messages',
    },
  },
  examples: [
    ['relay doctor', 'Checks name, TCP, TLS, upgrade, login, round trip and clock, and says what to do.'],
    ['relay doctor --to gate', 'The same, and whether gate is there, what waits for it, and the last outcomes.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const { id, to = id } = argv;
    if (id !== undefined && id !== to) throw usageError(`"${id}" is one too many: there is --to ${to} already`);
    if (to !== undefined && !isClientId(to)) {
      throw usageError(`${JSON.stringify(to)} is no client id: ${clientIdRule}`);
    }
    const connection = await findConnection(argv, context, to === undefined ? 'room' : 'master');
    const report = createReport(context, argv.quiet === true);
    for await (const finding of checkRelay(connection)) await report.add(finding);
    if (to === undefined || !report.allIsWell) return await report.end(connection.url, undefined);
    const { findings, device } = await withHttp(connection, (http) => checkDevice(http, to));
    for (const finding of findings) await report.add(finding);
    return await report.end(connection.url, device);
  },
});
