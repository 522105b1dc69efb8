import { isUserLimitName, parseLimit, parseLimitValue, userLimitDefinitions } from '../protocol/limits.ts';
import { didYouMean } from './did-you-mean.ts';
import { usageError } from './exit-codes.ts';

/** The `--limit NAME=VALUE` of a user, checked here so that a mistake is said before anything is sent. */
export function readUserLimits(assignments: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(assignments.map(readAssignment));
}

/** The same, where `NAME=default` takes a limit back to the relay's default. */
export function readLimitChanges(assignments: readonly string[]): Readonly<Record<string, string | null>> {
  return Object.fromEntries(
    assignments.map((assignment) => {
      const name = /^([^=]+)=default$/.exec(assignment)?.[1];
      return name !== undefined && isUserLimitName(name) ? [name, null] : readAssignment(assignment);
    }),
  );
}

function readAssignment(assignment: string): readonly [string, string] {
  const separator = assignment.indexOf('=');
  const [name, value] = [assignment.slice(0, separator), assignment.slice(separator + 1)];
  if (separator > 0 && isUserLimitName(name)) {
    const parsed = parseLimitValue(name, value);
    if ('problem' in parsed) throw usageError(`--limit ${parsed.problem}`);
    return [name, value];
  }
  const parsed = parseLimit(assignment);
  const known = Object.keys(userLimitDefinitions);
  const word = separator < 0 ? assignment : name;
  throw usageError(
    'problem' in parsed
      ? `--limit ${assignment}: ${parsed.problem}${didYouMean(word, known)}`
      : `--limit ${assignment}: ${name} is a limit of the whole server; say it at "relay serve"`,
  );
}
