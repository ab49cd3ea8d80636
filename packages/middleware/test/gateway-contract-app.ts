import type { Activity } from '../src/activity/activity.ts';
import type { RecordedRequest } from '../src/activity/recorded-request.ts';
import type { GatewayAnswer, GatewayParts, GatewayPartsVerdict, HeaderLine } from '../src/gateway/verdict.ts';
import type { GatewayRequirement, PersonPrincipal, SessionGateway } from '../src/index.ts';
import { principalOf } from '../src/principal.ts';
import type { Listening } from './fake-issuer.ts';
import { setting } from './fake-issuer.ts';

/**
 * What every adapter of the gateway serves for the contract, each in the idiom of its framework:
 *
 * | path | door | answer |
 * |---|---|---|
 * | `/who` | outer | `app.who(principal or null)` as JSON |
 * | `/me`, also `POST` | outer, `guard({})` | the same |
 * | `/token` | outer, `guard({})` | the access token as text (no application should) |
 * | `/role` | outer, `guard({ roles: 'owner' })` | `app.reached()` |
 * | `/dressed` | outer | status 202, `cache-control: public`, `ownCookies` set at the last moment, `chunks` one by one |
 * | `/moved` | outer | a redirect to `/elsewhere` as the framework makes it |
 * | `POST /echo` | outer | the body as it came |
 * | `/fault` | outer | throws `new Error(app.secret)` |
 * | `/auth/sign-in` | outer | `app.reached()`, which must never happen |
 *
 * A framework that has a place for faults tells `app.faults` from there.
 */
export interface GatewayContractApp {
  readonly gateway: SessionGateway;
  readonly onRefused: (refusal: { code: string; reason: string }) => void;
  /** Where what people do is reported. */
  readonly activity: Pick<Activity, 'record'>;
  who(principal: PersonPrincipal | null): object;
  reached(): void;
  /** The answer of `/dressed`, for frameworks that take a `Response`. */
  dressed(): Response;
  readonly faults: unknown[];
  readonly secret: string;
}

export type ServeGateway = (app: GatewayContractApp) => Promise<Listening>;

export const ownCookies = ['theme=dark; Path=/', 'lang=de; Path=/'];
export const newCookies = ['__Host-access=new; Path=/; Secure', '__Host-refresh=new; Path=/; Secure'];
export const chunks = ['one ', 'two ', 'three'];
export const longestForm = 2_048;

/** What the handlers and the gateway were seen to do. */
export interface GatewaySeen {
  handlers: number;
  /** Methods and URLs as the gateway was told them. */
  readonly told: string[];
  readonly refusals: string[];
  readonly recorded: RecordedRequest[];
}

export async function gatewayContractSetting() {
  const { issuer } = await setting();
  const seen: GatewaySeen = { handlers: 0, told: [], refusals: [], recorded: [] };
  const personOf = (sub: string) => {
    const principal = principalOf(issuer.claims({ sub }), 'cookie');
    if (principal.kind !== 'person') throw new Error('the claims are of a person');
    return principal;
  };
  const app: GatewayContractApp = {
    gateway: standIn(seen, personOf),
    activity: { record: (request) => void seen.recorded.push(request) },
    onRefused: ({ code, reason }) => void seen.refusals.push(`${code} ${reason}`),
    who: (principal) => {
      seen.handlers++;
      return { user: principal?.userId ?? null };
    },
    reached: () => void seen.handlers++,
    dressed: () => {
      seen.handlers++;
      const headers = new Headers([
        ['cache-control', 'public'],
        ...ownCookies.map((line): [string, string] => ['set-cookie', line]),
      ]);
      return new Response(new Blob(chunks).stream(), { status: 202, headers });
    },
    faults: [],
    secret: 'the handler’s own secret',
  };
  return { app, seen };
}

/**
 * Stands for the gateway with one cookie, `who`: the adapters are judged here, not what it decides. With `x-renew` it
 * has new cookies for the browser, once for each request as the real one.
 */
function standIn(seen: GatewaySeen, personOf: (sub: string) => PersonPrincipal): SessionGateway {
  const handedOut = new WeakSet<object>();
  const doorOf = (demand: GatewayRequirement | null): SessionGateway => {
    const handleParts = async (parts: GatewayParts): Promise<GatewayPartsVerdict> => {
      if (demand === null) seen.told.push(`${parts.method} ${parts.url}`);
      if (parts.header('x-throw') !== undefined) return Promise.reject(undefined);
      const own = await ownAnswer(parts);
      if (own !== undefined) return { kind: 'answer', refusal: null, answer: own };
      const user = /(?:^|; )who=([^;]+)/.exec(parts.header('cookie') ?? '')?.[1];
      if (demand !== null && user === undefined) return refusal(401, 'missing_token', 'no-session');
      if (demand?.roles !== undefined) return refusal(403, 'denied', 'missing-role');
      const { request } = parts;
      const isNew = parts.header('x-renew') !== undefined && request !== undefined && !handedOut.has(request);
      if (isNew) handedOut.add(request);
      return {
        kind: 'pass',
        principal: user === undefined ? null : personOf(user),
        headers: isNew ? renewed : [],
        accessToken: () => (user === undefined ? null : `token of ${user}`),
      };
    };
    return {
      handleParts,
      handle: () => Promise.reject(new Error('adapters ask with parts')),
      requiring: (more) => doorOf({ ...demand, ...more }),
      state: () => {
        throw new Error('the contract asks for no state');
      },
    };
  };
  return doorOf(null);
}

const renewed: readonly HeaderLine[] = [
  ...newCookies.map((line): HeaderLine => ['set-cookie', line]),
  ['cache-control', 'no-store'],
];

function refusal(status: number, code: 'missing_token' | 'denied', reason: string): GatewayPartsVerdict {
  const headers: readonly HeaderLine[] = [['content-type', 'application/problem+json']];
  const answer = { status, headers, body: JSON.stringify({ code }) };
  return { kind: 'answer', refusal: { code, reason }, answer };
}

async function ownAnswer(parts: GatewayParts): Promise<GatewayAnswer | undefined> {
  const path = parts.url.replace(/^https?:\/\/[^/]*/, '').split('?')[0] ?? '';
  const cookies = newCookies.map((line): HeaderLine => ['set-cookie', line]);
  if (path.endsWith('/auth/sign-in')) {
    return {
      status: 303,
      headers: [['location', 'https://argus.example/authorize?a=b&c=d'], ...cookies],
      body: '',
    };
  }
  if (path.endsWith('/auth/form')) {
    const body = await parts.body(longestForm);
    const text = body === undefined ? 'too long' : Buffer.from(body).toString();
    return { status: 200, headers: [['content-type', 'text/html; charset=utf-8'], ...cookies], body: text };
  }
  return path.includes('/auth/') ? { status: 404, headers: [], body: '' } : undefined;
}
