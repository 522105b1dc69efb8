import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readAsset } from './assets.ts';
import type { HttpContext, HttpServer } from './context.ts';
import { renderServerLimits, renderUserLimits } from './limits-table.ts';
import { type OwnAddress, ownAddress } from './own-address.ts';
import { HttpRefusal } from './refusal.ts';

/** The same bytes for everybody. Each path is written here, so that no other file can be asked for. */
const files = [
  { path: '/assets/icon.svg', asset: 'icon.svg', type: 'image/svg+xml' },
  { path: '/assets/dashboard.js', asset: 'dashboard.js', type: 'text/javascript; charset=utf-8' },
  { path: '/assets/dashboard-style.css', asset: 'dashboard-style.css', type: 'text/css; charset=utf-8' },
  { path: '/assets/docs.js', asset: 'docs.js', type: 'text/javascript; charset=utf-8' },
  { path: '/assets/docs-style.css', asset: 'docs-style.css', type: 'text/css; charset=utf-8' },
] as const;

/** Pages in which this relay writes its own address and limits. */
const pages = [
  { path: '/', asset: 'dashboard.html' },
  { path: '/docs', asset: 'docs-contract.html' },
  { path: '/docs/extensions', asset: 'docs-extensions.html' },
  { path: '/docs/python', asset: 'docs-python.html' },
  { path: '/docs/http', asset: 'docs-http.html' },
  { path: '/docs/limits', asset: 'docs-limits.html' },
] as const;

/** The address that the documentation and its examples have in its source. */
const exampleHost = 'relay.example.org';

/** The dashboard at `/` and the documentation at `/docs/`: for people, where PROTOCOL C is for programs. */
export function registerPages(server: HttpServer, context: HttpContext): void {
  for (const { path, asset, type } of files) {
    let served: Promise<ServedFile> | undefined;
    server.get(path, async (request, reply) => {
      served ??= prepareFile(asset);
      return sendFile(request, reply.type(type), await served);
    });
  }
  for (const { path, asset } of pages) {
    server.get(path, async (request, reply) => {
      const address = ownAddress(request, context);
      const html = writeOwnValues(read(asset).toString('utf8'), address, context);
      setPageHeaders(reply, address);
      return reply.type('text/html; charset=utf-8').send(html);
    });
  }
}

interface ServedFile {
  readonly plain: Buffer;
  readonly zipped: Buffer;
  readonly tag: string;
}

function read(asset: string): Buffer {
  const bytes = readAsset(asset);
  if (bytes === undefined) {
    throw new HttpRefusal({ code: 'not_found', message: 'the pages are not built here: npm run build' });
  }
  return bytes;
}

async function prepareFile(asset: string): Promise<ServedFile> {
  const plain = read(asset);
  const tag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return { plain, zipped: await promisify(gzip)(plain, { level: 9 }), tag };
}

/** Browsers keep the bytes and ask each time whether they are still the same, so that an update of the relay is seen at once. */
function sendFile(request: FastifyRequest, reply: FastifyReply, { plain, zipped, tag }: ServedFile) {
  reply.headers({
    'cache-control': 'no-cache',
    etag: tag,
    vary: 'accept-encoding',
    'x-content-type-options': 'nosniff',
  });
  if (request.headers['if-none-match'] === tag) return reply.code(304).send();
  const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(request.headers['accept-encoding'] ?? '');
  return takesGzip ? reply.header('content-encoding', 'gzip').send(zipped) : reply.send(plain);
}

/** Nothing runs that this relay did not serve, nothing goes to another host, and no page may frame these. */
function setPageHeaders(reply: FastifyReply, { ws }: OwnAddress): void {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    // Not every browser counts a WebSocket to its own host as 'self'.
    `connect-src 'self' ${new URL(ws).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  reply.headers({
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function writeOwnValues(html: string, { ws, http }: OwnAddress, context: HttpContext): string {
  return html
    .replaceAll(`wss://${exampleHost}/ws/connect/`, escapeHtml(ws))
    .replaceAll(`wss://${exampleHost}`, escapeHtml(http.replace(/^http/, 'ws')))
    .replaceAll(`https://${exampleHost}`, escapeHtml(http))
    .replace('<!--limits:user-->', () => renderUserLimits(context.directory.limits.defaults))
    .replace('<!--limits:server-->', () => renderServerLimits(context.limits()));
}
