import type { FastifyRequest } from 'fastify';
import type { Refusal } from '../../protocol/messages.ts';
import type { Principal } from '../directory/directory.ts';
import type { UserRecord } from '../store/store.ts';
import type { HttpContext } from './context.ts';
import { HttpRefusal } from './refusal.ts';

const bearer = /^Bearer +(\S+) *$/i;

async function authenticate(context: HttpContext, request: FastifyRequest): Promise<Principal> {
  const { authorization } = request.headers;
  const keyText = authorization === undefined ? undefined : bearer.exec(authorization)?.[1];
  if (keyText === undefined) {
    throw new HttpRefusal({ code: 'missing_credentials', message: 'send the header "Authorization: Bearer KEY"' });
  }
  const principal = context.directory.authenticate(keyText);
  if (principal !== undefined) return principal;
  const refusal: Refusal = { code: 'invalid_credentials', message: 'the key or token is not valid here' };
  const said = await new Promise<Refusal>((resolve) => context.throttle.punish(request.ip, refusal, resolve));
  throw new HttpRefusal(said);
}

/** Refuses a body from whoever has no key at all, before anything of it is kept; what the key is for is seen later. */
export async function authorizeBody(context: HttpContext, request: FastifyRequest): Promise<void> {
  const { headers, method } = request;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (hasBody && method !== 'GET' && method !== 'HEAD') await authenticate(context, request);
}

function forbid(needed: string): never {
  throw new HttpRefusal({ code: 'forbidden', message: `this needs ${needed}` });
}

/** The user and the key, a master key or a device token. */
export async function authorizePrincipal(context: HttpContext, request: FastifyRequest): Promise<Required<Principal>> {
  const { key, user } = await authenticate(context, request);
  return user === undefined
    ? forbid("a user's master key or a device token; an admin key belongs to no user")
    : { key, user };
}

/** The user behind a master key or a device token. */
export async function authorizeMember(context: HttpContext, request: FastifyRequest): Promise<UserRecord> {
  return (await authorizePrincipal(context, request)).user;
}

/** The user behind a master key. */
export async function authorizeMaster(context: HttpContext, request: FastifyRequest): Promise<UserRecord> {
  const { key, user } = await authenticate(context, request);
  return key.kind === 'master' && user !== undefined ? user : forbid('a master key of the user');
}

export async function authorizeAdmin(context: HttpContext, request: FastifyRequest): Promise<void> {
  const { key } = await authenticate(context, request);
  if (key.kind !== 'admin') forbid('an admin key');
}
