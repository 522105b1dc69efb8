/** What a fuzzer says to the port of a relay: what a client would say, spoiled somewhere, or nothing that anybody would say. */
import { closePayload, opcodes, writeFrame } from '../../e2e/raw-frame.ts';
import { writeUpgrade } from '../../e2e/raw-upgrade.ts';
import { type Chance, spoil } from './chance.ts';

/** Credentials of a user who shares nothing with the clients that must not notice anything. */
export interface FuzzIdentity {
  readonly url: string;
  readonly authKey: string;
  readonly deviceToken: string;
}

const targets = ['fuzz-1', 'fuzz-2', 'away', '', 'x'.repeat(200), null, 7, { a: 1 }];
const actions = ['ping', 'presence', 'watch', 'unwatch', 'tap', 'untap', 'ack', 'no-such-action', 5];
const extensions = ['receipts', 'ttl', 'age', 'acks', 'presence', 'from', 'ephemeral', 'tap', 'no-such-extension'];
const oddities = [null, true, -1, 1e308, '', '\u0000\u001b[31m', '\u202e', [], {}, 'x'.repeat(5000)];

function payload(chance: Chance): string {
  const odd = () => chance.pick(oddities);
  switch (chance.below(4)) {
    case 0:
      return JSON.stringify({ target: chance.pick(targets), _id: odd(), _ttl: odd(), _seq: odd(), value: odd() });
    case 1:
      return JSON.stringify({ action: chance.pick(actions), devices: odd(), of: odd(), seq: odd() });
    case 2:
      return JSON.stringify({ target: 'fuzz-1', _id: `id-${chance.below(100)}`, deep: odd() });
    default:
      return `{"target":"fuzz-2","deep":${'['.repeat(chance.below(3000))}${']'.repeat(chance.below(3000))}}`;
  }
}

function frame(chance: Chance): Buffer {
  const opcode = chance.below(4) === 0 ? chance.below(16) : opcodes.text;
  const declared = [0n, 1n, 125n, 126n, 65_535n, 65_536n, 2n ** 31n, 2n ** 63n, 2n ** 64n - 1n];
  return writeFrame({
    opcode,
    payload: opcode === opcodes.close ? closePayload(chance.below(65_536)) : payload(chance),
    fin: chance.below(8) > 0,
    rsv: chance.below(20) === 0 ? chance.below(8) : 0,
    masked: chance.below(20) > 0,
    ...(chance.below(20) === 0 ? { declaredLength: chance.pick(declared) } : {}),
  });
}

function login({ authKey, deviceToken }: FuzzIdentity, chance: Chance): Buffer {
  const asked = extensions.filter(() => chance.below(2) === 0);
  const credentials =
    chance.below(3) === 0
      ? { device_token: deviceToken }
      : { auth_key: authKey, sender: chance.pick(['fuzz-1', 'fuzz-2', 'fuzz-3']) };
  return writeFrame({ opcode: opcodes.text, payload: JSON.stringify({ ...credentials, extensions: asked }) });
}

/** An upgrade, mostly a login, and frames; spoiled before or after the login. */
export function frameConversation(identity: FuzzIdentity, chance: Chance): Buffer {
  const upgrade = Buffer.from(writeUpgrade(identity.url).text);
  const frames = Buffer.concat(Array.from({ length: 1 + chance.below(20) }, () => frame(chance)));
  switch (chance.below(5)) {
    case 0:
      return Buffer.concat([upgrade, chance.bytes(chance.below(3000))]);
    case 1:
      return Buffer.concat([upgrade, spoil(Buffer.concat([login(identity, chance), frames]), chance)]);
    case 2:
      return Buffer.concat([upgrade, login(identity, chance), chance.bytes(chance.below(3000))]);
    default:
      return Buffer.concat([upgrade, login(identity, chance), spoil(frames, chance)]);
  }
}

const methods = ['GET', 'POST', 'PATCH', 'DELETE', 'PUT', 'HEAD', 'OPTIONS', 'CONNECT', 'X'];
const paths = [
  '/',
  '/docs/',
  '/ws/connect/',
  '/api/presence/?devices=a,b',
  '/api/messages/?wait=delivered&timeout=1ms',
  '/api/devices/',
  '/api/devices/fuzz-1',
  '/api/devices/fuzz-9/token',
  '/api/queue/away',
  '/api/queue/away/1',
  '/api/admin/users',
  '/api/admin/users/nobody/keys',
  '/api/admin/backup',
  '/healthz',
  '/readyz',
  '/metrics',
  '/relay_client.py',
  '/%00',
  '/..%2f..%2fetc/passwd',
  '/api/devices/%zz',
  `/${'x'.repeat(4000)}`,
];

function request(identity: FuzzIdentity, chance: Chance): Buffer {
  const body = chance.pick([
    payload(chance),
    JSON.stringify({ device: chance.pick(['fuzz-9', '', 'a,b', '\u202e']) }),
    JSON.stringify({ target: 'away', n: 1 }),
    '{"target":',
    chance.bytes(chance.below(2000)).toString('latin1'),
  ]);
  const key = chance.pick([identity.authKey, identity.deviceToken, 'rly_master_x', '\u00ff', '']);
  const length = chance.below(10) === 0 ? chance.below(5000) : Buffer.byteLength(body, 'latin1');
  const lines = [
    `${chance.pick(methods)} ${chance.pick(paths)} HTTP/1.${chance.below(2)}`,
    `Host: ${chance.pick(['127.0.0.1', 'x', '', 'a b', '[::1]:1'])}`,
    `Authorization: ${chance.pick(['Bearer', 'bearer', 'Basic', ''])} ${key}`,
    `Content-Type: ${chance.pick(['application/json', 'text/plain', 'multipart/form-data', 'x'])}`,
    chance.below(5) === 0 ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`,
    ...Array.from({ length: chance.below(4) }, (_, n) => `X-${n}: ${'y'.repeat(chance.below(3000))}`),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
}

/** A few requests on one connection, the last of them spoiled; or garbage. */
export function httpConversation(identity: FuzzIdentity, chance: Chance): Buffer {
  if (chance.below(8) === 0) return chance.bytes(chance.below(3000));
  const requests = Array.from({ length: 1 + chance.below(3) }, () => request(identity, chance));
  return spoil(Buffer.concat(requests), chance);
}
