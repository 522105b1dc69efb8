import Type from 'typebox';
import { isUserLimitName, limitsToJson, parseLimitValue, type UserLimits } from '../../protocol/limits.ts';
import { toIsoTime } from '../clock.ts';
import type { KeyRecord, UserRecord } from '../store/store.ts';
import { authorizeAdmin } from './authorize.ts';
import type { HttpContext, HttpServer } from './context.ts';
import { HttpRefusal, orRefuse } from './refusal.ts';

const limits = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()]));
const newUser = Type.Object({ user: Type.String(), limits: Type.Optional(limits) });
const change = Type.Object({ limits });
const userParams = Type.Object({ name: Type.String() });
const keyParams = Type.Object({ name: Type.String(), key: Type.String() });
const adminKeyParams = Type.Object({ key: Type.String() });

type LimitsInput = Readonly<Record<string, string | number | null>>;

/** The limits after a change: a value in the syntax of the command line, or null for the default. */
function changeLimits(current: Partial<UserLimits>, input: LimitsInput): Partial<UserLimits> {
  const changed: Partial<Record<keyof UserLimits, number>> = { ...current };
  for (const [name, value] of Object.entries(input)) {
    if (!isUserLimitName(name))
      throw new HttpRefusal({ code: 'bad_request', message: `"${name}" is no limit of a user` });
    if (value === null) {
      delete changed[name];
      continue;
    }
    const parsed = parseLimitValue(name, String(value));
    if ('problem' in parsed) throw new HttpRefusal({ code: 'bad_request', message: parsed.problem });
    changed[name] = parsed.value;
  }
  return changed;
}

function describeKey(key: KeyRecord) {
  return { key: key.keyId, kind: key.kind, created_at: toIsoTime(key.createdAtMs) };
}

/** `/api/admin/`: users, their master keys and limits, and admin keys; with an admin key (PROTOCOL C). */
export function registerAdmin(server: HttpServer, context: HttpContext): void {
  registerUsers(server, context);
  registerUserKeys(server, context);
  registerAdminKeys(server, context);
}

function userNamed(context: HttpContext, name: string): UserRecord {
  const user = context.directory.users.named(name);
  if (user === undefined)
    throw new HttpRefusal({ code: 'not_found', message: `there is no user ${JSON.stringify(name)}` });
  return user;
}

function registerUsers(server: HttpServer, context: HttpContext): void {
  const { directory, switchboard } = context;

  server.get('/api/admin/users', async (request) => {
    await authorizeAdmin(context, request);
    const users = directory.users.all().map((user) => ({
      user: user.name,
      created_at: toIsoTime(user.createdAtMs),
      limits: limitsToJson(directory.limits.of(user)),
      devices: directory.devices.ofUser(user.userId).length,
      connections: switchboard.rooms.find(user.userId)?.sessions.size ?? 0,
    }));
    return { users };
  });

  server.post('/api/admin/users', { schema: { body: newUser } }, async (request, reply) => {
    await authorizeAdmin(context, request);
    const { user, limits: input } = request.body;
    const { authKey } = orRefuse(await directory.users.add(user, changeLimits({}, input ?? {})));
    return reply.code(201).send({ user, auth_key: authKey });
  });

  server.patch('/api/admin/users/:name', { schema: { params: userParams, body: change } }, async (request) => {
    await authorizeAdmin(context, request);
    const user = userNamed(context, request.params.name);
    const changed = orRefuse(
      await directory.users.setLimits(user.userId, (own) => changeLimits(own, request.body.limits)),
    );
    return { user: user.name, limits: limitsToJson(changed) };
  });

  server.delete('/api/admin/users/:name', { schema: { params: userParams } }, async (request) => {
    await authorizeAdmin(context, request);
    const user = userNamed(context, request.params.name);
    await directory.users.remove(user);
    return { user: user.name, removed: true };
  });
}

function registerUserKeys(server: HttpServer, context: HttpContext): void {
  const { directory } = context;

  server.get('/api/admin/users/:name/keys', { schema: { params: userParams } }, async (request) => {
    await authorizeAdmin(context, request);
    return { keys: directory.keys.ofUser(userNamed(context, request.params.name).userId).map(describeKey) };
  });

  server.post('/api/admin/users/:name/keys', { schema: { params: userParams } }, async (request, reply) => {
    await authorizeAdmin(context, request);
    const user = userNamed(context, request.params.name);
    const { keyId, authKey } = await directory.keys.add(user);
    return reply.code(201).send({ user: user.name, key: keyId, auth_key: authKey });
  });

  server.delete('/api/admin/users/:name/keys/:key', { schema: { params: keyParams } }, async (request) => {
    await authorizeAdmin(context, request);
    const { userId } = userNamed(context, request.params.name);
    const key = directory.keys.ofUser(userId).find((candidate) => candidate.keyId === request.params.key);
    return removeKey(context, key, request.params.key);
  });
}

function registerAdminKeys(server: HttpServer, context: HttpContext): void {
  const { directory } = context;

  server.get('/api/admin/keys', async (request) => {
    await authorizeAdmin(context, request);
    return { keys: directory.keys.ofAdmins().map(describeKey) };
  });

  server.post('/api/admin/keys', async (request, reply) => {
    await authorizeAdmin(context, request);
    const { keyId, adminKey } = await directory.keys.addAdmin();
    return reply.code(201).send({ key: keyId, admin_key: adminKey });
  });

  server.delete('/api/admin/keys/:key', { schema: { params: adminKeyParams } }, async (request) => {
    await authorizeAdmin(context, request);
    const key = directory.keys.ofAdmins().find((candidate) => candidate.keyId === request.params.key);
    return removeKey(context, key, request.params.key);
  });
}

async function removeKey(context: HttpContext, key: KeyRecord | undefined, keyId: string) {
  if (key === undefined)
    throw new HttpRefusal({ code: 'not_found', message: `there is no key ${JSON.stringify(keyId)}` });
  orRefuse(await context.directory.keys.remove(key.keyId));
  return { key: key.keyId, removed: true };
}
