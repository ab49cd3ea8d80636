/** What the rules say of sessions, in as few words as they take. A test holds the running server against it. */

export interface Rules {
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
  /** Of how many sessions at once; the least recently active gives way. */
  readonly most: number;
  /** How fresh a proof has to be for what is sensitive. */
  readonly freshSeconds: number;
}
/** The rules for each user. */
export type Policy = readonly Rules[];

export interface Life {
  readonly user: number;
  readonly createdAt: number;
  lastActiveAt: number;
  idleEndsAt: number;
  absoluteEndsAt: number;
  provedAt: number;
  accessEndsAt: number;
  endReason: string | null;
}

export interface World {
  now: number;
  policy: Policy;
  readonly lives: Life[];
}

const accessSeconds = 300;
const rulesFor = ({ policy }: World, user: number): Rules => policy[user] as Rules; // one for each user

export function isLive({ now }: World, life: Life): boolean {
  return life.endReason === null && now < life.idleEndsAt;
}

function giveToken({ now }: World, life: Life): void {
  life.accessEndsAt = Math.floor(Math.min(now + accessSeconds * 1000, life.idleEndsAt) / 1000) * 1000;
}

function act(world: World, life: Life): void {
  const { idleSeconds } = rulesFor(world, life.user);
  life.lastActiveAt = world.now;
  life.idleEndsAt = Math.min(world.now + idleSeconds * 1000, life.absoluteEndsAt);
}

export function signIn(world: World, user: number, before: Life | null): Life {
  const { now } = world;
  const { absoluteSeconds, most } = rulesFor(world, user);
  const absoluteEndsAt = now + absoluteSeconds * 1000;
  const life = { user, createdAt: now, lastActiveAt: now, idleEndsAt: now, absoluteEndsAt, provedAt: now };
  const born: Life = { ...life, accessEndsAt: now, endReason: null };
  act(world, born);
  giveToken(world, born);
  if (before?.endReason === null) before.endReason = 'replaced';
  const others = world.lives.filter((each) => each.user === user && isLive(world, each));
  others.sort((one, other) => other.lastActiveAt - one.lastActiveAt || other.createdAt - one.createdAt);
  for (const surplus of others.slice(most - 1)) surplus.endReason = 'session-limit';
  world.lives.push(born);
  return born;
}

export function refresh(world: World, life: Life, isActive: boolean): 'ok' | 'session_ended' {
  if (!isLive(world, life)) return 'session_ended';
  if (isActive) act(world, life);
  giveToken(world, life);
  return 'ok';
}

export function use(world: World, life: Life): 'ok' | 'session_required' | 'session_ended' {
  if (world.now >= life.accessEndsAt) return 'session_required';
  return isLive(world, life) ? 'ok' : 'session_ended';
}

export function stepUp(world: World, life: Life): ReturnType<typeof use> {
  const used = use(world, life);
  if (used !== 'ok') return used;
  life.provedAt = world.now;
  giveToken(world, life);
  return 'ok';
}

export function actSensitively(world: World, life: Life) {
  const used = use(world, life);
  const isFresh = world.now - life.provedAt <= rulesFor(world, life.user).freshSeconds * 1000;
  return used === 'ok' && !isFresh ? 'insufficient_user_authentication' : used;
}

/** Live sessions are only ever made shorter, and those that are over by that end. */
export function changePolicy(world: World, policy: Policy): void {
  world.policy = policy;
  for (const life of world.lives.filter((each) => isLive(world, each))) {
    const { idleSeconds, absoluteSeconds } = rulesFor(world, life.user);
    const absoluteEndsAt = Math.min(life.absoluteEndsAt, life.createdAt + absoluteSeconds * 1000);
    const idleEndsAt = Math.min(life.idleEndsAt, life.lastActiveAt + idleSeconds * 1000, absoluteEndsAt);
    if (idleEndsAt <= world.now) life.endReason = 'policy-changed';
    else Object.assign(life, { absoluteEndsAt, idleEndsAt });
  }
}

export function sweep(world: World): void {
  for (const life of world.lives.filter((each) => each.endReason === null && !isLive(world, each)))
    life.endReason = world.now >= life.absoluteEndsAt ? 'absolute-expired' : 'idle-expired';
}
