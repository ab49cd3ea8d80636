import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Argus, connectArgus, type Protection, protect } from '@argus/middleware';
import { percentile } from './load.ts';

/** How long the end of a session takes to be refused everywhere. */
export interface FeedDelays {
  readonly streams: number;
  readonly ends: number;
  /** From the call that ends a session to its refusal at each stream, in milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The same, to the last of the streams. */
  readonly lastP50Ms: number;
  readonly lastP99Ms: number;
  /** Of the call itself. */
  readonly callP50Ms: number;
}

export interface FeedPlan {
  readonly url: string;
  readonly issuer: string;
  readonly dataDir: string;
  readonly streams: number;
  readonly ends: number;
  sessionId(n: number): string;
}

const warmingUp = 30;

/** Open the streams, end sessions one after the other, and time each refusal at each stream. */
export async function feedDelays(plan: FeedPlan): Promise<FeedDelays> {
  const operator = {
    authorization: `Bearer ${readFileSync(join(plan.dataDir, 'operator.key'), 'utf8').trim()}`,
  };
  const serviceKey = await registerService(plan.url, operator);
  const { url: argusUrl, issuer } = plan;
  const links = Array.from({ length: plan.streams }, () => connectArgus({ issuer, argusUrl, serviceKey }));
  try {
    await allLive(links);
    // Code that has not run yet is slow for some dozen ends, once in the life of a process.
    const warm = { ...plan, ends: warmingUp };
    await timeEnds(warm, links, operator);
    const sessionId = (n: number) => plan.sessionId(n + warmingUp);
    return await timeEnds({ ...plan, sessionId }, links, operator);
  } finally {
    await Promise.all(links.map((link) => link.close()));
  }
}

async function timeEnds(
  { url, streams, ends, sessionId }: FeedPlan,
  links: readonly Argus[],
  operator: Readonly<Record<string, string>>,
): Promise<FeedDelays> {
  const delays: number[] = [];
  const lasts: number[] = [];
  const calls: number[] = [];
  let waitedFor = '';
  let heard: () => void = () => undefined;
  for (const link of links) link.onEnd(({ of }) => of === waitedFor && heard());
  for (let n = 0; n < ends; n += 1) {
    waitedFor = sessionId(n);
    const { promise, resolve } = Promise.withResolvers<void>();
    const begun = performance.now();
    let missing = streams;
    heard = () => {
      delays.push(performance.now() - begun);
      missing -= 1;
      if (missing === 0) resolve();
    };
    const response = await fetch(new URL(`/admin/v1/sessions/${waitedFor}`, url), {
      method: 'DELETE',
      headers: operator,
    });
    if (response.status !== 204) throw new Error(`the session was not ended: ${response.status}`);
    calls.push(performance.now() - begun);
    await promise;
    lasts.push(performance.now() - begun);
  }
  const [every, last, call] = [delays, lasts, calls].map((each) => Float64Array.from(each).sort());
  if (!every || !last || !call) throw new Error('nothing was measured');
  return {
    streams,
    ends,
    p50Ms: percentile(every, 0.5),
    p99Ms: percentile(every, 0.99),
    lastP50Ms: percentile(last, 0.5),
    lastP99Ms: percentile(last, 0.99),
    callP50Ms: percentile(call, 0.5),
  };
}

/** A service of the running server, and the private half of its key. */
export async function registerService(
  url: string,
  operator: Readonly<Record<string, string>>,
): Promise<JsonWebKey> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const headers = { ...operator, 'content-type': 'application/json' };
  const ask = (path: string, method: string, body: unknown) =>
    fetch(new URL(path, url), { method, headers, body: JSON.stringify(body) });
  const id = `bench-${publicKey
    .export({ format: 'jwk' })
    .x?.slice(0, 8)
    .replaceAll(/[^a-z0-9]/gi, 'x')}`;
  const declared = await ask(`/admin/v1/services/${id}`, 'PUT', {});
  const jwk = publicKey.export({ format: 'jwk' });
  const added = await ask(`/admin/v1/services/${id}/keys`, 'POST', { publicKey: jwk });
  if (declared.status !== 200 || added.status !== 201) throw new Error('the service could not be registered');
  return privateKey.export({ format: 'jwk' });
}

/** CPU microseconds of a cached check, with a live link whose table holds ends, and without one. */
export async function linkedCheckCosts(plan: Pick<FeedPlan, 'url' | 'issuer' | 'dataDir'>, token: string) {
  const operator = {
    authorization: `Bearer ${readFileSync(join(plan.dataDir, 'operator.key'), 'utf8').trim()}`,
  };
  const serviceKey = await registerService(plan.url, operator);
  const { issuer, url: argusUrl } = plan;
  const argus = connectArgus({ issuer, argusUrl, serviceKey });
  try {
    await allLive([argus]);
    const jwksUrl = `${argusUrl}/.well-known/jwks.json`;
    const doors = { linked: protect({ issuer, jwksUrl, argus }), alone: protect({ issuer, jwksUrl }) };
    const costs = { linked: [] as number[], alone: [] as number[] };
    for (let round = 0; round < 11; round += 1)
      for (const name of ['linked', 'alone'] as const)
        costs[name].push(await cachedCost(doors[name], `${issuer}/notes`, token));
    const median = (all: number[]) => all.sort((a, b) => a - b)[5] ?? Number.NaN;
    const { entries } = argus.state().revocations;
    return { linked: median(costs.linked), alone: median(costs.alone), entries };
  } finally {
    await argus.close();
  }
}

async function cachedCost({ check }: Protection, url: string, token: string): Promise<number> {
  const count = 20_000;
  const request = new Request(url, { headers: { authorization: `Bearer ${token}` } });
  const before = process.cpuUsage();
  for (let n = 0; n < count; n += 1)
    if (!(await check(request)).ok) throw new Error('a live token was refused');
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

async function allLive(links: readonly Argus[]): Promise<void> {
  const { setTimeout: pass } = await import('node:timers/promises');
  const begun = performance.now();
  while (links.some((link) => link.state().feed !== 'live')) {
    if (performance.now() - begun > 30_000) throw new Error('the streams do not come up');
    await pass(20);
  }
}
