/** The way of a send: whom the room knows, who is meant, how it goes there, and what is said about it. */
import type { RelayClient, Session } from '../../client/types.ts';
import { isClientId } from '../../protocol/client-id.ts';
import type { ExtensionName } from '../../protocol/extensions.ts';
import { clientIdRule } from '../../protocol/messages.ts';
import { formatDuration } from '../../protocol/units.ts';
import type { CommandContext } from '../command.ts';
import { type Connection, withHttp } from '../connect.ts';
import { CommandError, type ExitCode, exitCodes, usageError } from '../exit-codes.ts';
import { whenInterrupted } from '../interruption.ts';
import { type KnownClients, knownClients, refuseOnlineId } from '../known-clients.ts';
import { withSession } from '../one-shot-session.ts';
import { createProgress, inputBytes } from './progress.ts';
import { httpTimeoutMsMax, sendOverHttp } from './send-over-http.ts';
import { sendOverSession } from './send-over-session.ts';
import type { SendOutcome, SendRequest } from './send-request.ts';
import { reportResults, worstExitCode } from './send-results.ts';
import { sendUntold } from './send-untold.ts';
import { chooseTargets, isGlob } from './targets.ts';
import { withdrawWith } from './withdraw.ts';

/** What the command line asks for, checked. */
export interface SendOrder extends Pick<SendRequest, 'wait' | 'timeoutMs' | 'ttlMs'> {
  /** As they were typed. */
  readonly targets: readonly string[];
  readonly payloads: AsyncIterable<string> | readonly string[];
  /** An id of the user's choice for the session. */
  readonly as: string | undefined;
  readonly takeOver: boolean;
  readonly force: boolean;
  readonly isQuiet: boolean;
}

type Send = (request: SendRequest) => Promise<SendOutcome>;

/** With a master key over a session of its own, with a device token over HTTP, so that the device's own session goes on. */
export function performSend(connection: Connection, order: SendOrder, context: CommandContext): Promise<ExitCode> {
  return connection.kind === 'device_token'
    ? sendWithToken(connection, order, context)
    : sendWithKey(connection, order, context);
}

/** Without receipts nobody is told, so that the relay has less to do. */
function extensionsFor({ wait, ttlMs }: SendOrder): readonly ExtensionName[] {
  const ttl: readonly ExtensionName[] = ttlMs === undefined ? [] : ['ttl'];
  return wait === 'sent' ? ['presence', ...ttl] : ['presence', 'receipts', ...ttl];
}

/** A relay of the published contract alone keeps a message for as long as it likes and tells nobody: said before it has one. */
function checkGranted({ wait, ttlMs }: SendOrder, { extensions }: Session): void {
  if (wait === 'delivered' && !extensions.receipts) {
    throw new CommandError(
      exitCodes.failed,
      'this relay does not tell what was delivered (no receipts), so that --wait delivered cannot be kept: nothing was sent; use --wait sent',
    );
  }
  if (ttlMs !== undefined && !extensions.ttl) {
    throw new CommandError(
      exitCodes.failed,
      'this relay knows no time to live, and the message could come later than it may: nothing was sent; leave out --ttl and --no-queue',
    );
  }
}

/** Whom the room knows, unless nobody has to know. */
async function knownFor(
  { targets, force }: SendOrder,
  context: CommandContext,
  ask: () => Promise<KnownClients | undefined>,
): Promise<KnownClients | undefined> {
  if (force && !targets.some(isGlob)) return undefined;
  return await Promise.race([ask(), whenInterrupted(context)]);
}

async function sendWithKey(connection: Connection, order: SendOrder, context: CommandContext): Promise<ExitCode> {
  const { as } = order;
  if (as !== undefined && !isClientId(as)) {
    throw usageError(`--as ${JSON.stringify(as)} is no client id: ${clientIdRule}`);
  }
  if (as !== undefined && !order.takeOver) {
    await Promise.race([refuseOnlineId(as, connection, context.output), whenInterrupted(context)]);
  }
  const asked = { extensions: extensionsFor(order), clientId: as };
  return await withSession(connection, asked, context, async (client: RelayClient, session: Session) => {
    checkGranted(order, session);
    const known = await knownFor(order, context, () => knownClients(client, session, connection, context.output));
    const replyTo = as === undefined ? connection.sender : undefined;
    return await sendAndReport(order, known, context, (request) => {
      const addressed = { ...request, replyTo };
      if (order.wait === 'sent' || session.extensions.receipts) {
        return sendOverSession({ client, session, withdraw: withdrawWith(connection) }, addressed);
      }
      return Promise.race([sendUntold(client, addressed), whenInterrupted(context)]);
    });
  });
}

async function sendWithToken(connection: Connection, order: SendOrder, context: CommandContext): Promise<ExitCode> {
  if (order.as !== undefined || order.takeOver) {
    throw usageError('--as and --take-over need a master key: a device token sends under the name of its device');
  }
  if (order.timeoutMs > httpTimeoutMsMax) {
    throw usageError(`--timeout: with a device token at most ${formatDuration(httpTimeoutMsMax)}`);
  }
  return await withHttp(connection, async (http) => {
    const known = await knownFor(order, context, async () => new Map(Object.entries(await http.presence())));
    return await sendAndReport(order, known, context, (request) =>
      sendOverHttp(http, { ...request, replyTo: connection.sender }),
    );
  });
}

/** Sends to those of the targets that are some, and reports on all. */
async function sendAndReport(
  order: SendOrder,
  known: KnownClients | undefined,
  context: CommandContext,
  send: Send,
): Promise<ExitCode> {
  const chosen = chooseTargets(order.targets, known, order.force);
  const targets = chosen.flatMap((choice) => ('target' in choice ? [choice.target] : []));
  const progress = createProgress(context.output, inputBytes(order.payloads, context.stdin));
  const { results: sent, inputError } = await sendUnlessNobody(send, {
    ...order,
    targets,
    replyTo: undefined,
    interrupted: whenInterrupted(context).catch(() => undefined),
    onProgress: progress.note,
  });
  progress.end();
  const results = chosen.flatMap((choice) =>
    'refused' in choice ? [choice.refused] : sent.filter(({ target }) => target === choice.target),
  );
  await reportResults(results, context.output, order.isQuiet);
  if (context.interruption.signal.aborted) return context.interruption.exitCode;
  if (inputError !== undefined) throw inputError;
  return worstExitCode(results);
}

async function sendUnlessNobody(send: Send, request: SendRequest): Promise<SendOutcome> {
  return request.targets.length === 0 ? { results: [], inputError: undefined } : await send(request);
}
