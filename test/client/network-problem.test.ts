import { describe, expect, it } from 'vitest';
import { describeNetworkProblem } from '../../src/client/network-problem.ts';

function systemError(code: string, message = `something ${code}`): Error {
  return Object.assign(new Error(message), { code });
}

describe('what kept this side from a relay', () => {
  it.each([
    ['ENOTFOUND', 'name_not_found', /cannot be resolved/],
    ['EAI_AGAIN', 'name_not_found', /cannot be resolved/],
    ['ECONNREFUSED', 'connection_refused', /does the relay run there/],
    ['ETIMEDOUT', 'timeout', /does not answer in time/],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout', /does not answer in time/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate', /--ca-file/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate', /signed by itself.*--ca-file/],
    ['CERT_HAS_EXPIRED', 'certificate', /has expired/],
    ['CERT_NOT_YET_VALID', 'certificate', /clock/],
    ['CERT_REVOKED', 'certificate', /is refused/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate', /for another name/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'not_a_relay', /does not speak TLS/],
    ['HPE_INVALID_CONSTANT', 'not_a_relay', /does not speak HTTP/],
    ['ECONNRESET', 'network', /hung up/],
    ['EHOSTUNREACH', 'network', /cannot be reached: something EHOSTUNREACH/],
  ])('%s in words', (code, problem, words) => {
    for (const error of [systemError(code), new Error('failed', { cause: systemError(code) })]) {
      expect(describeNetworkProblem(error, 'relay:8787')).toMatchObject({ problem });
    }
    const { message } = describeNetworkProblem(systemError(code), 'relay:8787');
    expect(message).toMatch(words);
    expect(message).toContain('relay:8787');
  });

  it('finds words for what is no error at all', () => {
    expect(describeNetworkProblem(undefined, 'relay')).toEqual({
      problem: 'network',
      message: 'relay cannot be reached: undefined',
    });
  });
});
