import type { NetworkProblem } from './errors.ts';

/** What went wrong on the way to a relay, as a code for programs and as a sentence for people. */
export interface ProblemInWords {
  readonly problem: NetworkProblem;
  readonly message: string;
}

const certificateHints: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: 'it comes from an authority that this machine does not know',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it comes from an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT: 'it comes from an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'it comes from an authority that this machine does not know',
};

/** What OpenSSL says of bytes that are no TLS. */
const notTls: ReadonlySet<string> = new Set([
  'EPROTO',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
]);

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : '';
}

function certificateProblem(code: string, host: string, text: string): string | undefined {
  const hint = certificateHints[code];
  if (hint !== undefined) {
    return `the certificate of ${host} is not trusted: ${hint}; give the authority's certificate (--ca-file)`;
  }
  if (code === 'CERT_HAS_EXPIRED')
    return `the certificate of ${host} has expired; renew it, or set this machine's clock`;
  if (code === 'CERT_NOT_YET_VALID')
    return `the certificate of ${host} is not valid yet; is this machine's clock right?`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `the certificate of ${host} is for another name; use the name that it was made for (${text})`;
  }
  return code.startsWith('CERT_') ? `the certificate of ${host} is refused: ${text}` : undefined;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

/** Whether the network or the other side did it; what has no code of theirs is a bug of this side. */
export function isNetworkError(error: unknown): boolean {
  return codeOf(error) !== '' || isTimeout(error);
}

/** Says what kept this side from `host`, which is a host name with its port where that is not the usual one. */
export function describeNetworkProblem(error: unknown, host: string): ProblemInWords {
  const code = codeOf(error);
  const text = error instanceof Error && error.message !== '' ? error.message : code || String(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      problem: 'name_not_found',
      message: `the name in ${host} cannot be resolved (${code}); is it spelled right?`,
    };
  }
  if (code === 'ECONNREFUSED') {
    return {
      problem: 'connection_refused',
      message: `nothing listens at ${host} (ECONNREFUSED); does the relay run there?`,
    };
  }
  if (code === 'ETIMEDOUT' || code.endsWith('_TIMEOUT') || isTimeout(error)) {
    return {
      problem: 'timeout',
      message: `${host} does not answer in time; is the address right, and no firewall between?`,
    };
  }
  const certificate = certificateProblem(code, host, text);
  if (certificate !== undefined) return { problem: 'certificate', message: certificate };
  if (notTls.has(code)) {
    return {
      problem: 'not_a_relay',
      message: `${host} does not speak TLS (${code}); is it meant to be ws:// or http://?`,
    };
  }
  if (code.startsWith('HPE_')) {
    return { problem: 'not_a_relay', message: `${host} does not speak HTTP (${code}); is the port right?` };
  }
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') {
    return {
      problem: 'network',
      message: `${host} hung up before it answered (${code}); is it a relay, and is TLS right?`,
    };
  }
  return { problem: 'network', message: `${host} cannot be reached: ${text}` };
}
