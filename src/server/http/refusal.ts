import type { RelayCode } from '../../protocol/codes.ts';
import type { Refusal } from '../../protocol/messages.ts';

/** An expected failure of a request; the error handler answers it with the code's status. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';
  readonly code: RelayCode;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.code = refusal.code;
  }
}

/** The result, unless it is a refusal. */
export function orRefuse<Result extends object>(result: Result | Refusal): Result {
  if (isRefusal(result)) throw new HttpRefusal(result);
  return result;
}

function isRefusal(result: object): result is Refusal {
  return 'code' in result && 'message' in result;
}
