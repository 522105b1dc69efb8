import type { ExtensionName } from '../../../src/protocol/extensions.ts';
import { createRandom, type Random } from './random.ts';
import { World } from './world.ts';

const senders: [string, ...string[]] = ['s0', 's1'];
const targets: [string, ...string[]] = ['t0', 't1'];
const targetExtensions: [ExtensionName[], ...ExtensionName[][]] = [[], ['acks'], ['age', 'from']];
const senderExtensions: readonly ExtensionName[] = ['receipts', 'ttl'];

/** One thing that happens, chosen at random. */
async function step(world: World, random: Random): Promise<void> {
  const target = random.pick(targets);
  const dice = random.below(100);
  if (dice < 12) {
    world.sendTogether(random.pick(senders), target, 1 + random.below(4), random.chance(0.1));
  } else if (dice < 34) {
    const ttl = random.pick([undefined, undefined, undefined, 0, 20, 300]);
    world.send(random.pick(senders), target, ttl, random.pick([1, 1, 1, 400, 900]));
  } else if (dice < 56) world.read(target, 1 + random.below(4), random.chance(0.7));
  else if (dice < 64) world.connect(target, random.pick(targetExtensions));
  else if (dice < 69) world.disconnect(target);
  else if (dice < 73) world.stick(target);
  else if (dice < 78) world.unstick(target);
  else if (dice < 84) await world.pass(random.pick([10, 1000, 16_000, 36_000, 130_000]));
  else if (dice < 86) world.holdCommits();
  else if (dice < 91) world.releaseCommits(random.pick([1, 2, undefined]));
  else if (dice < 92) world.failStore();
  else if (dice < 94) world.healStore();
  else if (dice < 95) world.purge(target);
  else if (dice < 97) {
    world.changeLimits({ queue_messages: random.pick([0, 3, 8]), queue_attempts: random.pick([1, 2, 3]) });
  } else if (dice < 98) await world.crash();
  else world.connect(random.pick(senders), senderExtensions);
  if (random.chance(0.8)) await world.settle();
}

/** Everything works again, and everybody reads all that comes, until nothing is left. */
async function comeToRest(world: World): Promise<void> {
  world.healStore();
  world.releaseCommits();
  world.changeLimits({ queue_messages: 8, queue_attempts: 3 });
  await world.settle();
  let restedRounds = 0;
  for (let round = 0; round < 40; round++) {
    for (const clientId of [...senders, ...targets]) {
      if (!world.isConnected(clientId)) {
        world.connect(clientId, senders.includes(clientId) ? senderExtensions : []);
      }
      world.ping(clientId);
      world.unstick(clientId);
      await world.settle();
      world.read(clientId, Number.POSITIVE_INFINITY, true);
    }
    await world.pass(100);
    if (isNothing(await world.left()) && restedRounds++ > 1) return;
  }
}

function isNothing({ counted, queues, stored }: Awaited<ReturnType<World['left']>>): boolean {
  return counted === 0 && queues === 0 && stored === 0;
}

/** One life of a relay, the same for the same seed; throws where a promise was broken. */
export async function runHistory(seed: number, steps: number): Promise<World> {
  const random = createRandom(seed);
  const world = new World(random.pick([0, 0, 16]));
  for (const sender of senders) world.connect(sender, senderExtensions);
  for (let count = 0; count < steps; count++) {
    await step(world, random);
    if (random.chance(0.5)) world.read(random.pick(senders), Number.POSITIVE_INFINITY, false);
  }
  await comeToRest(world);
  world.ledger.checkEnd();
  const left = await world.left();
  if (!isNothing(left)) {
    throw new Error(`at rest ${left.stored} queues are stored, ${left.queues} counted, with ${left.counted} bytes`);
  }
  return world;
}
