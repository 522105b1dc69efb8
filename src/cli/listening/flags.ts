/** Flags of the commands that take what arrives. */
import type { Options } from 'yargs';
import { type MessageFilter, parseMessageFilter } from '../../client/message-filter.ts';
import { usageError } from '../exit-codes.ts';
import { countFlag, durationFlag } from '../option-values.ts';

export const identityOptions = {
  as: { type: 'string', requiresArg: true, describe: 'The client id to listen as (master key)' },
  'take-over': { type: 'boolean', describe: 'End the session that has the id now' },
} as const satisfies Record<string, Options>;

export const receiveOptions = {
  filter: {
    type: 'string',
    requiresArg: true,
    describe: 'Only what fits: text, from=ID, field=value, -not; the rest is passed over',
  },
  count: { type: 'string', requiresArg: true, coerce: countFlag('count', 1), describe: 'End after so many messages' },
  timeout: {
    type: 'string',
    requiresArg: true,
    coerce: durationFlag('timeout'),
    describe: 'End after this time; 6 with fewer than --count',
  },
} as const satisfies Record<string, Options>;

export function filterFlag(expression: string | undefined): MessageFilter | undefined {
  if (expression === undefined) return undefined;
  const filter = parseMessageFilter(expression);
  if (filter === undefined) throw usageError('--filter looks for nothing: write text, from=ID, field=value or -not');
  return filter;
}
