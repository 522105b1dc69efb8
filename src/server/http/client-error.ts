import type { Socket } from 'node:net';
import { refuseUpgrade, type UpgradeRefusal } from '../sockets/upgrade.ts';

/** What the parser of HTTP found, and how it is answered; anything else that it finds is no HTTP at all. */
const refusals: Readonly<Record<string, UpgradeRefusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    code: 'bad_request',
    message: 'the request did not come in time: send it in one go',
  },
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    code: 'bad_request',
    message: 'the headers are too long: send fewer',
  },
};

const notHttp: UpgradeRefusal = {
  status: '400 Bad Request',
  code: 'bad_request',
  message: 'this is no HTTP request that can be read',
};

/** Answers what never became a request in the same form as every other error (PROTOCOL C), and ends the socket. */
export function answerClientError({ code = '' }: { readonly code?: string }, socket: Socket): void {
  const refusal = refusals[code] ?? (code.startsWith('HPE_') ? notHttp : undefined);
  // The handshake of TLS failed, or took too long: an answer would wait for its end, and the socket with it.
  if (refusal === undefined || !socket.writable) {
    socket.destroy();
    return;
  }
  // What the answer meets is nobody else's concern: the socket ends with it.
  refuseUpgrade(socket, refusal, () => {});
}
