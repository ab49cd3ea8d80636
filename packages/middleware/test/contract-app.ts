import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { seeded } from '@argus/testing/seeded';
import type { Principal, ProtectOptions, Requirement } from '../src/index.ts';
import { fakeIssuer, type Listening } from './fake-issuer.ts';
import { proofMaker } from './proof-maker.ts';

/**
 * What every adapter serves for the contract, each in the idiom of its framework:
 *
 * | path | door | answer |
 * |---|---|---|
 * | `/app/api/me`, also `POST` and `OPTIONS` | main | `await app.me(principal)` as JSON |
 * | `/app/api/{scope,role,level,fresh}` | main, and `demands[…]` on the route itself | the same |
 * | `POST /app/api/echo` | main | the body as it came |
 * | `/app/api/stream` | main | status 202, `dressed` headers set by the handler, `chunks` one by one |
 * | `/app/api/fault` | main | throws `new Error(handlersSecret)` |
 * | `/down/me` | of an issuer that cannot be reached | as `/app/api/me` |
 * | `/broken/me` | whose memory of proofs throws what is no error | as `/app/api/me` |
 * | `/nonce/stream` | that asks for a nonce | as `/app/api/stream` |
 * | `/open` | none | `open` |
 *
 * A framework that has a place for faults tells `app.faults` from there.
 */
export interface ContractApp {
  readonly options: Readonly<Record<'main' | 'down' | 'broken' | 'nonce', ProtectOptions>>;
  readonly onRefused: (refusal: { code: string; reason: string }) => void;
  /** Counts that a handler was reached, waits a little, and says who acts. */
  me(principal: Principal): Promise<object>;
  reached(): void;
  readonly faults: unknown[];
}

export type Serve = (app: ContractApp) => Promise<Listening>;

export const demands = {
  scope: { scope: 'notes.write' },
  role: { roles: ['auditor', 'owner'] },
  level: { acr: 'urn:argus:aal2' },
  fresh: { maxAgeSeconds: 300 },
} as const satisfies Record<string, Requirement>;

export const handlersSecret = 'the handler’s own secret';
export const chunks = ['one ', 'two ', 'three'];
export const dressed = {
  'cache-control': 'public, max-age=60',
  'x-own': 'kept',
  'content-type': 'text/plain',
};
/** Where clients reach the app: its `/app` is a prefix that the app sees, and `/outer` one that a proxy takes away. */
export const publicUrl = 'https://notes.example/outer';

export async function* slowly(): AsyncGenerator<Buffer> {
  for (const chunk of chunks) {
    await setImmediate();
    yield Buffer.from(chunk);
  }
}

export function slowStream(): ReadableStream<Uint8Array> {
  const source = slowly();
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
  });
}

/** An issuer, the options of three doors, and what the handlers were seen to do. */
export async function contractSetting() {
  const { clock, random } = seeded();
  const issuer = await fakeIssuer({ clock, random });
  const maker = await proofMaker(clock);
  const seen = { handlers: 0, refusals: [] as string[] };
  const main: ProtectOptions = {
    issuer: issuer.url,
    fetch: issuer.fetch,
    clock,
    publicUrl,
  };
  const unreachable = () => Promise.reject(new Error('no route to host'));
  // A store of somebody else's may reject with anything, also with what frameworks take for "go on".
  const replays = { claim: () => Promise.reject(undefined) };
  const app: ContractApp = {
    options: {
      main,
      down: { ...main, fetch: unreachable },
      broken: { ...main, dpop: { replays } },
      nonce: { ...main, dpop: { nonce: true, nonceSecret: 'the same in all processes of an app' } },
    },
    onRefused: ({ code, reason }) => void seen.refusals.push(`${code} ${reason}`),
    me: async (principal) => {
      seen.handlers++;
      await setImmediate();
      return saidOf(principal);
    },
    reached: () => void seen.handlers++,
    faults: [],
  };
  const bound = (changes: object = {}) => issuer.token({ cnf: { jkt: maker.jkt }, ...changes });
  return { clock, issuer, maker, bound, seen, app };
}

function saidOf(principal: Principal): object {
  const { kind, source, tenant, roles, claims } = principal;
  return {
    kind,
    source,
    tenant,
    user: principal.kind === 'person' ? principal.userId : principal.clientId,
    isFrozen: [principal, roles, claims].every(Object.isFrozen),
  };
}

export function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
