/**
 * The way from a TCP or TLS connection to a WebSocket (RFC 6455 §4), written by hand: requests with whatever headers a test
 * wants, and answers other than 101 as what they are.
 */
import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Headers to add; undefined removes one that would be there. */
export type UpgradeHeaders = Readonly<Record<string, string | undefined>>;

/** The answer to an upgrade that was refused. */
class UpgradeRefusedError extends Error {
  override readonly name = 'UpgradeRefusedError';
  readonly status: number;
  readonly body: string;

  constructor(status: number, body: string) {
    super(`the upgrade was answered with ${status}: ${body}`);
    this.status = status;
    this.body = body;
  }
}

/** Opens the TCP or TLS connection to the host of a URL. */
export function openSocket(url: string, ca?: string): Promise<Socket> {
  const { protocol, hostname, port } = new URL(url);
  const isTls = protocol === 'wss:' || protocol === 'https:';
  const options = { host: hostname, port: Number(port === '' ? (isTls ? 443 : 80) : port) };
  return new Promise((resolve, reject) => {
    const socket = isTls ? connectTls({ ...options, ...(ca === undefined ? {} : { ca }) }) : connect(options);
    socket.setNoDelay(true);
    socket.once('error', reject);
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

export interface HttpHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What came behind the head in the same chunk. */
  readonly rest: Buffer;
}

function parseHead(bytes: Buffer): HttpHead | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { status: Number(statusLine.split(' ')[1]), headers, rest: bytes.subarray(end + 4) };
}

/** Reads the head of an HTTP answer from a socket and leaves the socket paused. */
export function readHead(socket: Socket): Promise<HttpHead> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    const settle = (outcome: HttpHead | Error) => {
      socket.off('data', onData).off('close', onClose).off('error', settle).pause();
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    };
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const head = parseHead(bytes);
      if (head !== undefined) settle(head);
    };
    const onClose = () => settle(new Error(`the connection ended in the upgrade, after ${bytes.length} bytes`));
    socket.on('data', onData).on('close', onClose).on('error', settle);
  });
}

/** The request line and headers of an upgrade, with the key that the answer must prove it has read. */
export function writeUpgrade(url: string, headers: UpgradeHeaders = {}): { text: string; key: string } {
  const { host, pathname, search } = new URL(url);
  const key = randomBytes(16).toString('base64');
  const all: UpgradeHeaders = {
    Host: host,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': key,
    'Sec-WebSocket-Version': '13',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return { text: `${[`GET ${pathname}${search} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`, key };
}

async function readBody(socket: Socket, head: HttpHead): Promise<string> {
  const chunks = [head.rest];
  const length = Number(head.headers['content-length'] ?? Number.POSITIVE_INFINITY);
  const isComplete = () => Buffer.concat(chunks).length >= length;
  if (!isComplete()) {
    for await (const chunk of socket) {
      chunks.push(chunk);
      if (isComplete()) break;
    }
  }
  socket.destroy();
  return Buffer.concat(chunks).toString('utf8');
}

/** Upgrades the connection; rejects with `UpgradeRefusedError` where the answer is anything but 101. */
export async function upgrade(socket: Socket, url: string, headers?: UpgradeHeaders): Promise<HttpHead> {
  const { text, key } = writeUpgrade(url, headers);
  socket.write(text);
  const head = await readHead(socket);
  if (head.status !== 101) throw new UpgradeRefusedError(head.status, await readBody(socket, head));
  const proof = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  if (head.headers['sec-websocket-accept'] !== proof) throw new Error('sec-websocket-accept does not fit the key');
  return head;
}
