import type { Principal, ProtectOptions, Requirement } from '../src/index.ts';
import type { Listening } from './fake-issuer.ts';

/**
 * What every adapter serves for the contract, each in the idiom of its framework:
 *
 * | path | door | answer |
 * |---|---|---|
 * | `/app/api/me`, also `POST` and `OPTIONS` | main | `await app.me(principal)` as JSON |
 * | `/app/api/{scope,role,level,fresh}` | main, and `demands[…]` on the route itself | the same |
 * | `POST /app/api/echo` | main | the body as it came |
 * | `/app/api/stream` | main | status 202, `dressed` headers set by the handler, `chunks` one by one |
 * | `/app/api/fault` | main | throws `new Error(app.secret)` |
 * | `/down/me` | of an issuer that cannot be reached | as `/app/api/me` |
 * | `/broken/me` | whose memory of proofs throws what is no error | anything, after `app.reached()` |
 * | `/nonce/stream` | that asks for a nonce | as `/app/api/stream` |
 * | `/open` | none | `open` |
 *
 * A framework that has a place for faults tells `app.faults` from there.
 */
export interface ContractApp {
  readonly options: Readonly<Record<'main' | 'down' | 'broken' | 'nonce', ProtectOptions>>;
  readonly demands: typeof demands;
  readonly onRefused: (refusal: { code: string; reason: string }) => void;
  /** Counts that a handler was reached, waits a little, and says who acts. */
  me(principal: Principal): Promise<object>;
  reached(): void;
  /** The answer of `/app/api/stream`, for frameworks that take a `Response`. */
  stream(): Response;
  readonly faults: unknown[];
  /** What `/app/api/fault` throws as its message. */
  readonly secret: string;
}

export type Serve = (app: ContractApp) => Promise<Listening>;

export const demands: Readonly<Record<'scope' | 'role' | 'level' | 'fresh', Requirement>> = {
  scope: { scope: 'notes.write' },
  role: { roles: ['auditor', 'owner'] },
  level: { acr: 'urn:argus:aal2' },
  fresh: { maxAgeSeconds: 300 },
};

export const chunks = ['one ', 'two ', 'three'];
export const dressed = {
  'cache-control': 'public, max-age=60',
  'x-own': 'kept',
  'content-type': 'text/plain',
};
/** Where clients reach the app: its `/app` is a prefix that the app sees, and `/outer` one that a proxy takes away. */
export const publicUrl = 'https://notes.example/outer';
