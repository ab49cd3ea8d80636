import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { serviceSignatures } from '@argus/contract';
import { signatureKeyOf, signRequest } from '@argus/http-signatures';
import { type Argus, connectArgus, type PersonPrincipal, type RecordedRequest } from '@argus/middleware';
import type { Shot } from './load.ts';
import type { Seeded } from './seed.ts';

/** CPU microseconds of one request that is recorded, median of rounds. */
export interface RecordCosts {
  /** Where sessions come back within five seconds, as they do. */
  readonly addedUp: number;
  /** Where each request is a session's only one, the writing of its batch included. */
  readonly alone: number;
}

const rounds = 9;
const sessions = 1_000;
/** Half of what may wait, so that nothing is told less finely. */
const different = 32_000;

export async function recordCosts(): Promise<RecordCosts> {
  const { privateKey: serviceKey } = generateKeyPairSync('ed25519');
  const unreachable: typeof fetch = () => Promise.reject(new TypeError('nobody is there'));
  const some = Array.from({ length: 200_000 }, (_, n) => requestOf(n % sessions, n % 3));
  const many = Array.from({ length: different }, (_, n) => requestOf(n, n % 3));
  const costs = { addedUp: [] as number[], alone: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, requests] of [
      ['addedUp', some],
      ['alone', many],
    ] as const) {
      const argus = connectArgus({ issuer: 'http://127.0.0.1:9', serviceKey, fetch: unreachable });
      costs[name].push(costOf(argus, requests));
      await argus.close();
    }
  }
  return { addedUp: median(costs.addedUp), alone: median(costs.alone) };
}

function requestOf(session: number, route: number): RecordedRequest {
  const sessionId = `01990000-0003-7000-8000-${session.toString(16).padStart(12, '0')}`;
  const principal = { kind: 'person', sessionId } as PersonPrincipal; // of a principal only its session counts here
  return { principal, routeClass: `/notes/:id/${route}`, method: 'GET', status: 200, bytesOut: 1_234 };
}

function costOf({ activity }: Argus, requests: readonly RecordedRequest[]): number {
  const before = process.cpuUsage();
  for (const request of requests) activity.record(request);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requests.length;
}

export const entriesOfBatch = 256;

/** `POST /service/v1/activity`, signed: full batches about sessions by turns, six requests each. */
export function activityShots(issuer: string, seeded: Seeded, serviceKey: JsonWebKey): () => Shot {
  const key = signatureKeyOf(serviceKey, { algorithm: 'ed25519' });
  const path = '/service/v1/activity';
  let turn = 0;
  return () => {
    const now = Date.now();
    const at = new Date(now).toISOString();
    const entries = Array.from({ length: entriesOfBatch }, () => {
      turn += 1;
      const sid = seeded.sessionId((turn * 7) % seeded.count);
      return {
        sid,
        at,
        routeClass: '/notes/:id',
        method: 'GET',
        status: '2xx',
        requests: 6,
        bytesOut: 9_000,
      };
    });
    const text = JSON.stringify({ batch: randomUUID(), from: at, to: at, entries });
    const fields = [['content-type', 'application/json']] as const;
    const message = { method: 'POST', targetUri: `${issuer}${path}`, fields, body: Buffer.from(text) };
    const nonce = randomBytes(16).toString('base64url');
    const added = signRequest(serviceSignatures, message, { key, now, nonce });
    return { method: 'POST', path, headers: Object.fromEntries([...fields, ...added]), body: text };
  };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
