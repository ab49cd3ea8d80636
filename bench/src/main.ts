/**
 * `npm run bench -- [--sessions 10000,1000000] [--rounds 5] [--seconds 4] [--only refresh,token,sign-in,flood,list,feed,activity,check]`
 * Server and PostgreSQL (durable, on this machine) in processes of their own, load from this one. Figures are
 * medians of rounds; compare the ratios, not the rates: the machine is shared.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrate } from '@argus/store';
import { startPostgres } from '@argus/store/embedded';
import { activityShots, entriesOfBatch, recordCosts } from './activity.ts';
import { checkCosts } from './checking.ts';
import { enumerationEffect, type Guessed } from './enumeration.ts';
import { type FeedPlan, feedDelays, linkedCheckCosts, registerService } from './feed.ts';
import { type FloodPlan, floodEffect } from './flood.ts';
import { type MeasuredServer, startMeasuredServer } from './measured-server.ts';
import { argon2Seconds, rsaSignatureSeconds } from './physical.ts';
import { accessTokenFor, benchDevice, masterKey, openRing, refreshShots } from './refreshing.ts';
import { measureRound, medianRound, type Round, type RoundPlan } from './round.ts';
import {
  identifierShot,
  issuer,
  listShots,
  recoveryShot,
  signInShot,
  signInTry,
  signUpShot,
} from './scenarios.ts';
import { givePasswords, type Seeded, seedSessions } from './seed.ts';
import { codeShots, ownTokenShot, seedClient } from './token-endpoint.ts';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '10000,1000000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    only: { type: 'string', default: 'refresh,token,sign-in,flood,list,feed,activity,check' },
  },
});
const only = new Set(values.only.split(','));
/** People who sign in by turns. */
const signingIn = 1_000;
/** More than this machine can redeem. */
const mostCodesPerSecond = 3_500;
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);

console.log(
  `node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}; ${rounds} rounds of ${seconds} s`,
);
/** 200 sign-ins at once, most of them about nobody, as a flood is. */
const floodWidth = 200;
const rsa = (await rsaSignatureSeconds()) * 1e6;
const argon2 = (await argon2Seconds(1)) * 1e6;
const argon2Crowded = (await argon2Seconds(cpus().length)) * 1e6;
console.log(
  `one RS256 signature (2048 bit): ${rsa.toFixed(0)} µs; one Argon2id hash (19 MiB, 2 passes): ${argon2.toFixed(0)} µs alone, ${argon2Crowded.toFixed(0)} µs with all cores hashing\n`,
);
if (only.has('check')) {
  const { first, cached, jose } = await checkCosts();
  console.log(`| access-token check | CPU µs | ratio |\n|---|---|---|`);
  console.log(`| jose | ${jose.toFixed(1)} | 1 |`);
  console.log(`| protect, first time | ${first.toFixed(1)} | ${(first / jose).toFixed(2)} × jose |`);
  console.log(`| protect, cached | ${cached.toFixed(1)} | – |`);
  const record = await recordCosts();
  const ofCached = (micros: number) => `${(micros / cached).toFixed(2)} × protect, cached`;
  console.log(`| activity.record, added up | ${record.addedUp.toFixed(2)} | ${ofCached(record.addedUp)} |`);
  console.log(`| activity.record, each alone | ${record.alone.toFixed(2)} | ${ofCached(record.alone)} |\n`);
}
console.log(
  '| operation | sessions | in flight | /s | p50 ms | p99 ms | server µs (spread) | database µs | ratio | RSS MB | foreign load | failures |',
);
console.log('|---|---|---|---|---|---|---|---|---|---|---|---|');
for (const count of values.sessions.split(',').map(Number)) await measureWith(count);

async function measureWith(count: number): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'argus-bench-'));
  const postgres = await startPostgres({ dataDir });
  try {
    await migrate(postgres.url);
    const startedAt = Date.now();
    const seeded = await seedSessions(postgres.url, {
      count,
      deviceSecretHash: benchDevice().secretHash,
      now: startedAt,
    });
    await using server = await startMeasuredServer({
      DATABASE_URL: postgres.url,
      ARGUS_PORT: '0',
      ARGUS_ISSUER: issuer,
      ARGUS_DATA: join(dataDir, 'server'),
      ARGUS_MASTER_KEY: masterKey.toString('base64url'),
      ARGUS_LOG_LEVEL: 'error',
    });
    await scenarios(server, { databaseUrl: postgres.url, seeded, startedAt });
    if (only.has('activity')) await reportActivity(server, join(dataDir, 'server'), seeded);
    if (only.has('feed')) {
      const place = { url: server.url, issuer, dataDir: join(dataDir, 'server') };
      await reportFeed(place, seeded);
      await reportLinkedCheck(place, await accessTokenFor(issuer, await openRing(postgres.url), seeded, 0));
    }
  } finally {
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

interface Ground {
  readonly databaseUrl: string;
  readonly seeded: Seeded;
  readonly startedAt: number;
}

async function scenarios(server: MeasuredServer, { databaseUrl, seeded, startedAt }: Ground): Promise<void> {
  const ring = await openRing(databaseUrl);
  // One for all, for it knows the newest token of each session.
  const shots = refreshShots(issuer, ring, seeded, startedAt);
  if (only.has('refresh')) {
    for (const inFlight of [64, 4]) {
      const name = `refresh|${seeded.count}|${inFlight}`;
      await report(server, name, { seconds, inFlight, expected: 200, ...shots }, rsa);
    }
  }
  if (only.has('token')) {
    await seedClient(databaseUrl, startedAt);
    const own = { seconds, inFlight: 64, expected: 200, next: ownTokenShot };
    await report(server, `client_credentials|${seeded.count}|64`, own, rsa);
    const count = Math.ceil((rounds * seconds + 3) * mostCodesPerSecond);
    const next = await codeShots(databaseUrl, seeded, { count, now: Date.now() });
    await report(
      server,
      `code exchange|${seeded.count}|64`,
      { seconds, inFlight: 64, expected: 200, next },
      rsa,
    );
  }
  if (only.has('list')) {
    const next = await listShots(ring, seeded, startedAt);
    await report(
      server,
      `session list|${seeded.count}|32`,
      { seconds, inFlight: 32, expected: 200, next },
      null,
    );
  }
  if (only.has('flood')) {
    for (let round = 0; round < rounds; round += 1) await reportFlood(server, shots);
  }
  if (only.has('sign-in')) {
    const password = 'correct horse battery staple';
    // Many people, as in life: one alone would queue for the lock on that person's row.
    await givePasswords(databaseUrl, { password, people: Math.min(signingIn, Math.ceil(seeded.count / 5)) });
    let turn = 0;
    const next = () => {
      turn += 1;
      return signInShot(`user${turn % signingIn}@bench.example`, password);
    };
    await report(server, `sign-in|${seeded.count}|8`, { seconds, inFlight: 8, expected: 200, next }, argon2);
    await reportEnumeration(server);
  }
}

async function reportActivity(server: MeasuredServer, dataDir: string, seeded: Seeded): Promise<void> {
  const authorization = `Bearer ${readFileSync(join(dataDir, 'operator.key'), 'utf8').trim()}`;
  const serviceKey = await registerService(server.url, { authorization });
  const next = activityShots(issuer, seeded, serviceKey);
  const name = `activity, ${entriesOfBatch} entries a batch|${seeded.count}|4`;
  await report(server, name, { seconds, inFlight: 4, expected: 200, next }, rsa);
}

type Place = Pick<FeedPlan, 'url' | 'issuer' | 'dataDir'>;

async function reportFeed(place: Place, seeded: Seeded): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    // From the end of the sessions, which nothing else was measured with.
    const sessionId = (n: number) => seeded.sessionId(seeded.count - 1 - round * 200 - n);
    const delays = await feedDelays({ ...place, streams: 100, ends: 100, sessionId });
    console.log(
      `\nend of a session → refused at ${delays.streams} streams, ${delays.ends} ends: p50 ${delays.p50Ms.toFixed(1)} ms, ` +
        `p99 ${delays.p99Ms.toFixed(1)} ms; at the last of them p50 ${delays.lastP50Ms.toFixed(1)} ms, ` +
        `p99 ${delays.lastP99Ms.toFixed(1)} ms; the call itself ${delays.callP50Ms.toFixed(1)} ms\n`,
    );
  }
}

async function reportLinkedCheck(place: Place, token: string): Promise<void> {
  const { alone, linked, entries } = await linkedCheckCosts(place, token);
  console.log(
    `\ncached check of an access token: ${alone.toFixed(2)} µs alone, ${linked.toFixed(2)} µs with a link ` +
      `that knows ${entries} ends\n`,
  );
}

async function reportFlood(server: MeasuredServer, refresh: FloodPlan['refresh']): Promise<void> {
  let turn = 0;
  const signIn = () => {
    turn += 1;
    return signInTry(`flood${turn}@bench.example`);
  };
  const effect = await floodEffect(server, { seconds, width: floodWidth, refresh, signIn });
  const { aloneP50Ms, aloneP99Ms, floodedP50Ms, floodedP99Ms, answered } = effect;
  const statuses = [...answered].map(([status, count]) => `${count} × ${status}`).join(', ');
  console.log(
    `\nrefreshes beside ${floodWidth} sign-ins at once: p50 ${aloneP50Ms.toFixed(1)} → ${floodedP50Ms.toFixed(1)} ms ` +
      `(${(floodedP50Ms / aloneP50Ms).toFixed(2)} ×), p99 ${aloneP99Ms.toFixed(1)} → ${floodedP99Ms.toFixed(1)} ms ` +
      `(${(floodedP99Ms / aloneP99Ms).toFixed(2)} ×), ${effect.refreshFailures} failed; ` +
      `sign-ins answered: ${statuses}; RSS ${effect.rssMegabytes.toFixed(0)} MB\n`,
  );
}

async function reportEnumeration(server: MeasuredServer): Promise<void> {
  await reportOne(server, 'refused sign-ins', { shotFor: signInTry, expected: 401 });
  await reportOne(server, 'forgotten passwords', { shotFor: recoveryShot, expected: 202 });
  await reportOne(server, 'sign-ups', { shotFor: signUpShot, expected: 201 });
  await reportOne(server, 'identifiers', { shotFor: identifierShot, expected: 200 });
}

async function reportOne(server: MeasuredServer, what: string, guessed: Guessed): Promise<void> {
  const effect = await enumerationEffect(server.url, 400, guessed);
  const { samplesEach, areaUnderCurve, medianKnownMs, medianUnknownMs } = effect;
  console.log(
    `\n${what}, ${samplesEach} of known and ${samplesEach} of unknown addresses: ` +
      `medians ${medianKnownMs.toFixed(2)} and ${medianUnknownMs.toFixed(2)} ms, AUC ${areaUnderCurve.toFixed(3)}\n`,
  );
}

async function report(
  server: MeasuredServer,
  name: string,
  plan: RoundPlan,
  limitMicros: number | null,
): Promise<void> {
  await measureRound(server, { ...plan, seconds: Math.min(3, plan.seconds) }); // warm-up
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round += 1) measured.push(await measureRound(server, plan));
  const r = medianRound(measured);
  const ratio = limitMicros === null ? '–' : `${(r.serverMicros / limitMicros).toFixed(2)} ×`;
  const [operation, sessions, inFlight] = name.split('|');
  console.log(
    `| ${operation} | ${Number(sessions).toLocaleString('en')} | ${inFlight} | ${r.perSecond.toFixed(0)} | ${r.p50Ms.toFixed(2)} | ${r.p99Ms.toFixed(2)} | ` +
      `${r.serverMicros.toFixed(0)} (${r.spread}) | ${r.databaseMicros.toFixed(0)} | ${ratio} | ${r.rssMegabytes.toFixed(0)} | ` +
      `${(r.foreignShare * 100).toFixed(0)} % | ${measured.reduce((sum, round) => sum + round.failures, 0)} |`,
  );
}
