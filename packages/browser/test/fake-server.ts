import type { AssuranceLevel, SessionAnswer } from '@argus/contract';

/** The cookies of one browser, as Argus would set them. */
export interface Jar {
  readonly accessExpiresAt: number;
  readonly generation: number;
  readonly sessionId: string | null;
}

export interface Refresh {
  readonly at: number;
  readonly tab: string;
  readonly idleSeconds: number | undefined;
  /** What was left of the access token that the browser held. */
  readonly accessLeftMs: number;
  readonly outcome: 'rotated' | 'repeated' | 'refused';
}

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly tab: string;
  /** The cookies that were sent, whatever happened to the jar since. */
  readonly jar: Jar;
}

interface Reply {
  readonly response: Response;
  /** Cookies it sets, if any. */
  readonly jar?: Jar;
}

export interface Limits {
  readonly accessMs: number;
  readonly idleMs: number;
  readonly absoluteMs: number;
}

export const balanced: Limits = { accessMs: 300_000, idleMs: 1_800_000, absoluteMs: 43_200_000 };

/** Argus as the browser client meets it: one session at a time, rotation, lost reply, reuse, both limits. */
export interface FakeServer {
  readonly now: () => number;
  readonly limits: Limits;
  readonly refreshes: Refresh[];
  /** Every call as `METHOD /path`. */
  readonly calls: string[];
  /** Answers to give instead, the next one first. */
  readonly instead: Response[];
  session: ReturnType<typeof newSession>;
  isLive(): boolean;
  /** A person signs in; gives the new cookies. */
  signIn(): Jar;
  /** A person proves something on Argus's page; gives the new cookies. */
  stepUp(acr?: AssuranceLevel): Jar;
  answer(call: Call): Reply;
}

export function createFakeServer(now: () => number, limits: Limits): FakeServer {
  let count = 0;
  const server: FakeServer = {
    now,
    limits,
    refreshes: [],
    calls: [],
    instead: [],
    session: newSession(0, now(), limits),
    isLive: () => !server.session.isEnded && now() < server.session.idleExpiresAt,
    signIn() {
      count += 1;
      server.session = newSession(count, now(), limits);
      return cookies(server);
    },
    stepUp(acr = 'urn:argus:aal1') {
      Object.assign(server.session, { acr, authTime: now() });
      return cookies(server);
    },
    answer(call) {
      server.calls.push(`${call.method} ${call.path}`);
      const instead = server.instead.shift();
      return instead ? { response: instead } : answer(server, call);
    },
  };
  return server;
}

function newSession(number: number, at: number, limits: Limits) {
  const absoluteExpiresAt = at + limits.absoluteMs;
  return {
    id: `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`,
    createdAt: at,
    authTime: at,
    acr: 'urn:argus:aal1' as AssuranceLevel,
    rotatedAt: at,
    lastActiveAt: at,
    idleExpiresAt: Math.min(at + limits.idleMs, absoluteExpiresAt),
    absoluteExpiresAt,
    generation: 0,
    isEnded: false,
  };
}

function answer(server: FakeServer, call: Call): Reply {
  const { session, now } = server;
  const hasAccess = server.isLive() && call.jar.sessionId === session.id && now() < call.jar.accessExpiresAt;
  switch (`${call.method} ${call.path}`) {
    case 'GET /api/session':
      if (hasAccess) return { response: success(server, call.jar) };
      return refusal(call.jar.sessionId === null ? 'session_required' : 'session_ended');
    case 'POST /api/session/refresh':
      return refresh(server, call);
    case 'DELETE /api/session':
      if (call.jar.sessionId === session.id) session.isEnded = true;
      return { response: new Response(null, { status: 204 }), jar: cleared };
    default:
      return hasAccess ? { response: Response.json('a note') } : refusal('invalid_token');
  }
}

const cleared: Jar = { accessExpiresAt: 0, generation: 0, sessionId: null };

function refresh(server: FakeServer, { jar, body, tab }: Call): Reply {
  const { session, refreshes } = server;
  const now = server.now();
  const { idleSeconds } = body as { idleSeconds?: number };
  const record = (outcome: Refresh['outcome']): void => {
    refreshes.push({ at: now, tab, idleSeconds, accessLeftMs: jar.accessExpiresAt - now, outcome });
  };
  if (jar.sessionId === null) return refusal('session_required');
  const isRepeat = jar.generation === session.generation - 1 && now - session.rotatedAt <= 10_000;
  const isOurs = jar.sessionId === session.id && server.isLive();
  if (!isOurs || (jar.generation !== session.generation && !isRepeat)) {
    record('refused');
    // RFC 9700 §4.14.2: a token of the past ends the whole family.
    if (isOurs) session.isEnded = true;
    return refusal('session_ended', cleared);
  }
  record(isRepeat ? 'repeated' : 'rotated');
  if (!isRepeat) rotate(server, idleSeconds);
  return { response: success(server, cookies(server)), jar: cookies(server) };
}

function rotate({ session, limits, now }: FakeServer, idleSeconds: number | undefined): void {
  const activeAt = idleSeconds === undefined ? 0 : now() - idleSeconds * 1000;
  if (activeAt > session.rotatedAt) {
    session.lastActiveAt = activeAt;
    session.idleExpiresAt = Math.min(activeAt + limits.idleMs, session.absoluteExpiresAt);
  }
  session.generation += 1;
  session.rotatedAt = now();
}

function cookies({ session, now, limits }: FakeServer): Jar {
  const end = Math.min(now() + limits.accessMs, session.idleExpiresAt);
  return {
    accessExpiresAt: Math.floor(end / 1000) * 1000,
    generation: session.generation,
    sessionId: session.id,
  };
}

function success({ session, now }: FakeServer, jar: Jar): Response {
  const time = (at: number): string => new Date(at).toISOString();
  const { id, createdAt } = session;
  const seen = { firstSeenAt: time(createdAt), lastSeenAt: time(createdAt) };
  const answer: SessionAnswer = {
    user: { id, email: 'ada@example.org', name: 'Ada', roles: [] },
    session: {
      id,
      authTime: time(session.authTime),
      amr: ['pwd'],
      acr: session.acr,
      createdAt: time(createdAt),
      lastActiveAt: time(session.lastActiveAt),
      expiresAt: time(jar.accessExpiresAt),
      idleExpiresAt: time(session.idleExpiresAt),
      absoluteExpiresAt: time(session.absoluteExpiresAt),
      limitedBy: 'a test',
      bound: false,
    },
    device: { id, name: 'Laptop', browser: null, os: null, type: 'desktop', ...seen },
  };
  const date = new Date(Math.floor(now() / 1000) * 1000).toUTCString();
  return Response.json(answer, { headers: { date } });
}

function refusal(code: string, jar?: Jar): Reply {
  const headers = { 'content-type': 'application/problem+json' };
  const response = new Response(JSON.stringify({ status: 401, code }), { status: 401, headers });
  return jar ? { response, jar } : { response };
}
