import type { FastifyRequest } from 'fastify';
import { connectPath } from '../../protocol/messages.ts';
import type { HttpContext } from './context.ts';
import { HttpRefusal } from './refusal.ts';

/** A name, or an address of either kind, with a port or without: it is written into programs and pages. */
const hostPattern = /^(?:[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/** Where this relay is, as whoever asks can reach it. */
export interface OwnAddress {
  /** `wss://relay.example.org/ws/connect/` */
  readonly ws: string;
  /** `https://relay.example.org` */
  readonly http: string;
}

/** The public address where one was said, else the one that this request came to. */
export function ownAddress(request: FastifyRequest, { publicUrl }: HttpContext): OwnAddress {
  const isHost = hostPattern.test(request.host) && URL.canParse(`http://${request.host}`);
  if (publicUrl === undefined && !isHost) {
    throw new HttpRefusal({ code: 'bad_request', message: 'the Host header of the request is no host' });
  }
  const http = (publicUrl ?? `${request.protocol}://${request.host}`).replace(/\/+$/, '');
  return { ws: `${http.replace(/^http/, 'ws')}${connectPath}`, http };
}
