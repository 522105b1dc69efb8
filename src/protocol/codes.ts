/**
 * Every code that the relay says, with its close code and its HTTP status, and what a client does about it (PROTOCOL D).
 * Codes that are errors of HTTP alone stand at the end.
 */

/** What a client does after a close: never again, with backoff, or (unattended only) every 5 to 15 minutes. */
export type ReconnectRule = 'never' | 'backoff' | 'slow';

interface CodeDefinition {
  /** The WebSocket close code, where the error ends the connection. */
  readonly close?: number;
  readonly http: number;
  /** The contract has no error message for it: the close code says it all. */
  readonly isUnsaid?: true;
}

const codes = {
  bad_message: { close: 4000, http: 400 },
  missing_credentials: { close: 4001, http: 401 },
  invalid_credentials: { close: 4003, http: 401 },
  invalid_client_id: { close: 4004, http: 400 },
  replaced: { close: 4009, http: 409 },
  revoked: { close: 4010, http: 401 },
  id_in_use: { close: 4011, http: 409 },
  auth_timeout: { close: 4108, http: 408 },
  too_many_connections: { close: 4113, http: 503 },
  auth_throttled: { close: 4130, http: 429 },
  rate_limited: { close: 4129, http: 429 },
  idle_timeout: { close: 4100, http: 408, isUnsaid: true },
  message_too_big: { close: 1009, http: 413 },
  going_away: { close: 1001, http: 503, isUnsaid: true },
  overloaded: { close: 1013, http: 503 },
  missing_target: { http: 400 },
  invalid_target: { http: 400 },
  unknown_action: { http: 400 },
  binary_unsupported: { http: 400 },
  reserved_field: { http: 400 },
  target_offline: { http: 409 },
  queue_full: { http: 409 },
  unconfirmed: { http: 409 },
  store_unavailable: { http: 503 },
  forbidden: { http: 403 },
  not_found: { http: 404 },
  conflict: { http: 409 },
  bad_request: { http: 400 },
  too_many_devices: { http: 409 },
  internal_error: { http: 500 },
} as const satisfies Record<string, CodeDefinition>;

export type RelayCode = keyof typeof codes;

/** The close code that ends a connection after this error; undefined where the connection stays open. */
export function closeCodeOf(code: RelayCode): number | undefined {
  // On the client's side it is what the other end said, and a newer relay may say a code that is not known here.
  const definition: CodeDefinition | undefined = codes[code];
  return definition?.close;
}

/** All close codes of the contract's errors. */
export const closeCodes: readonly number[] = Object.values<CodeDefinition>(codes).flatMap(({ close }) => close ?? []);

/** Whether an error message goes before the close. */
export function isSaidBeforeClose(code: RelayCode): boolean {
  const definition: CodeDefinition = codes[code];
  return definition.isUnsaid !== true;
}

/** The HTTP status that goes with this error. */
export function httpStatusOf(code: RelayCode): number {
  return codes[code].http;
}

const rules: Readonly<Record<number, ReconnectRule>> = {
  4000: 'never',
  4001: 'never',
  4003: 'slow',
  4004: 'never',
  4009: 'never',
  4010: 'slow',
  4011: 'never',
  4130: 'slow',
};

/** What to do after a close with this code; any other close means: try again with backoff (PROTOCOL D). */
export function reconnectRule(closeCode: number): ReconnectRule {
  return rules[closeCode] ?? 'backoff';
}
