import type { SessionAnswer } from '@argus/contract';

/** The cookies of one browser, as Argus would set them. */
export interface Jar {
  accessExpiresAt: number;
  generation: number;
  sessionId: string | null;
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

export interface Limits {
  readonly accessMs: number;
  readonly idleMs: number;
  readonly absoluteMs: number;
}

export const balanced: Limits = { accessMs: 300_000, idleMs: 1_800_000, absoluteMs: 43_200_000 };

/** Argus as the browser client meets it: one session at a time, rotation, lost reply, reuse, both limits. */
export function createFakeServer(now: () => number, limits: Limits) {
  const refreshes: Refresh[] = [];
  const calls: string[] = [];
  let session = newSession(0);
  let count = 0;

  function newSession(number: number) {
    const at = now();
    const absoluteExpiresAt = at + limits.absoluteMs;
    return {
      id: `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`,
      createdAt: at,
      rotatedAt: at,
      lastActiveAt: at,
      idleExpiresAt: Math.min(at + limits.idleMs, absoluteExpiresAt),
      absoluteExpiresAt,
      generation: 0,
      isEnded: true,
    };
  }

  const isLive = (): boolean => !session.isEnded && now() < session.idleExpiresAt;
  const accessEnd = (): number =>
    Math.floor(Math.min(now() + limits.accessMs, session.idleExpiresAt) / 1000) * 1000;
  const cookies = (): Jar => ({
    accessExpiresAt: accessEnd(),
    generation: session.generation,
    sessionId: session.id,
  });
  const cleared: Jar = { accessExpiresAt: 0, generation: 0, sessionId: null };

  function answerFor(jar: Jar): SessionAnswer {
    const time = (at: number): string => new Date(at).toISOString();
    return {
      user: { id: session.id, email: 'ada@example.org', name: 'Ada', roles: [] },
      session: {
        id: session.id,
        authTime: time(session.createdAt),
        amr: ['pwd'],
        acr: 'urn:argus:aal1',
        createdAt: time(session.createdAt),
        lastActiveAt: time(session.lastActiveAt),
        expiresAt: time(jar.accessExpiresAt),
        idleExpiresAt: time(session.idleExpiresAt),
        absoluteExpiresAt: time(session.absoluteExpiresAt),
        limitedBy: 'a test',
        bound: false,
      },
      device: {
        id: session.id,
        name: 'Laptop',
        browser: null,
        os: null,
        type: 'desktop',
        firstSeenAt: time(session.createdAt),
        lastSeenAt: time(session.createdAt),
      },
    };
  }

  function refusal(code: string, jar?: Jar): { response: Response; jar?: Jar } {
    const response = new Response(JSON.stringify({ status: 401, code }), {
      status: 401,
      headers: { 'content-type': 'application/problem+json' },
    });
    return jar ? { response, jar } : { response };
  }

  const date = (): { date: string } => ({ date: new Date(Math.floor(now() / 1000) * 1000).toUTCString() });
  const success = (jar: Jar): Response => Response.json(answerFor(jar), { headers: date() });
  const hasAccess = (jar: Jar): boolean =>
    isLive() && jar.sessionId === session.id && now() < jar.accessExpiresAt;

  function refresh({ jar, body, tab }: Call): { response: Response; jar?: Jar } {
    const { idleSeconds } = body as { idleSeconds?: number };
    const record = (outcome: Refresh['outcome']): void => {
      refreshes.push({ at: now(), tab, idleSeconds, accessLeftMs: jar.accessExpiresAt - now(), outcome });
    };
    if (jar.sessionId === null) return refusal('session_required');
    const isPredecessor = jar.generation === session.generation - 1;
    const isCurrent = jar.generation === session.generation;
    if (jar.sessionId !== session.id || !isLive()) {
      record('refused');
      return refusal('session_ended', cleared);
    }
    if (isPredecessor && now() - session.rotatedAt <= 10_000) {
      record('repeated');
      return { response: success(cookies()), jar: cookies() };
    }
    if (!isCurrent) {
      record('refused');
      session.isEnded = true;
      return refusal('session_ended', cleared);
    }
    record('rotated');
    const activeAt = idleSeconds === undefined ? 0 : now() - idleSeconds * 1000;
    if (activeAt > session.rotatedAt) {
      session.lastActiveAt = Math.max(session.lastActiveAt, activeAt);
      session.idleExpiresAt = Math.min(session.lastActiveAt + limits.idleMs, session.absoluteExpiresAt);
    }
    session.generation += 1;
    session.rotatedAt = now();
    return { response: success(cookies()), jar: cookies() };
  }

  function answer(call: Call): { response: Response; jar?: Jar } {
    calls.push(`${call.method} ${call.path}`);
    switch (`${call.method} ${call.path}`) {
      case 'GET /api/session':
        if (hasAccess(call.jar)) return { response: success(call.jar) };
        return refusal(call.jar.sessionId === null ? 'session_required' : 'session_ended');
      case 'POST /api/session/refresh':
        return refresh(call);
      case 'DELETE /api/session':
        if (call.jar.sessionId === session.id) session.isEnded = true;
        return { response: new Response(null, { status: 204 }), jar: cleared };
      default:
        return hasAccess(call.jar) ? { response: Response.json('a note') } : refusal('invalid_token');
    }
  }

  return {
    answer,
    refreshes,
    /** Every call as `METHOD /path`. */
    calls,
    isLive,
    get session() {
      return session;
    },
    /** A person signs in on a hosted page; gives the new cookies. */
    signIn(): Jar {
      count += 1;
      session = { ...newSession(count), isEnded: false };
      return cookies();
    },
    end(): void {
      session.isEnded = true;
    },
  };
}
