import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Instant } from '@argus/contract';
import { isObject, parseStrictObject } from '@argus/tokens';
import type { Asked } from './asked.ts';
import { type Cookies, clearedLines, cookieName, openCookie, sealedLines } from './cookies.ts';
import type { KeptForm } from './kept-form.ts';
import type { GatewaySettings } from './settings.ts';
import type { HeaderLine } from './verdict.ts';

/** One sign-in or step-up on its way, as the cookie of the browser that began it holds it. */
export interface Attempt {
  /** Names it in `state` and in the name of its cookie; proves nothing. */
  readonly id: string;
  /** 32 bytes of chance in base64url, from which `state`, `nonce` and the PKCE verifier follow. */
  readonly secret: string;
  readonly returnTo: string;
  readonly asked: Asked;
  /** Who was signed in when it began: a form of theirs is nobody else's. */
  readonly userId: string | null;
  readonly form: KeptForm | null;
  readonly at: Instant;
}

/** As long as Argus itself waits for a person. */
export const attemptSeconds = 600;
/** Tabs that sign in at the same time; the oldest attempt gives way. */
const mostAttempts = 8;
/** Of all attempts together, so that headers stay within what servers take. */
const mostAttemptBytes = 6_000;
const idForm = /^[\w-]{8}$/;

/** What of an attempt travels, each by itself: who sees one learns nothing of the others. */
export function secretsOf({ id, secret }: Pick<Attempt, 'id' | 'secret'>) {
  const derive = (use: string) =>
    createHmac('sha256', Buffer.from(secret, 'base64url')).update(`argus gateway ${use}`).digest('base64url');
  return { state: `${id}.${derive('state')}`, nonce: derive('nonce'), verifier: derive('verifier') };
}

export function newAttempt(
  { random, clock }: GatewaySettings,
  about: Omit<Attempt, 'id' | 'secret' | 'at'>,
): Attempt {
  const text = (size: number) => Buffer.from(random.bytes(size)).toString('base64url');
  return { ...about, id: text(6), secret: text(32), at: clock.now() };
}

/** The cookie of a new attempt, in place of the oldest ones where there would be too many. */
export function attemptLines(settings: GatewaySettings, cookies: Cookies, attempt: Attempt): HeaderLine[] {
  const set = keptLines(settings, 'try', attempt);
  const prefix = cookieName(settings, 'try-');
  const names = [...cookies.keys()].filter(
    (name) => name.startsWith(prefix) && !name.slice(prefix.length).includes('.'),
  );
  const others = names.map((name) => {
    const held = findAttempt(settings, cookies, { kind: 'try', id: name.slice(prefix.length) });
    const bytes = [...cookies].reduce(
      (sum, [each, value]) => sum + (each.startsWith(name) ? each.length + (value?.length ?? 0) : 0),
      0,
    );
    return { name, at: held?.at ?? 0, bytes };
  });
  let room = mostAttemptBytes - set.reduce((sum, [, line]) => sum + line.indexOf(';'), 0);
  const crowded = others
    .sort((a, b) => b.at - a.at)
    .filter(({ at, bytes }, place) => {
      room -= bytes;
      return at === 0 || place >= mostAttempts - 1 || room < 0;
    });
  return [...crowded.flatMap(({ name }) => clearedLines(cookies, name)), ...set];
}

/** The attempt that a `state` belongs to, if this browser began it and it is not too long ago. */
export function attemptOf(settings: GatewaySettings, cookies: Cookies, state: string): Attempt | undefined {
  const attempt = findAttempt(settings, cookies, { kind: 'try', id: state.slice(0, state.indexOf('.')) });
  if (attempt === undefined) return undefined;
  const expected = Buffer.from(secretsOf(attempt).state);
  const shown = Buffer.from(state);
  return expected.length === shown.length && timingSafeEqual(expected, shown) ? attempt : undefined;
}

export function endedAttemptLines(settings: GatewaySettings, cookies: Cookies, id: string): HeaderLine[] {
  return clearedLines(cookies, cookieName(settings, `try-${id}`));
}

/** The form that waits for its person's word now that the proof is there; one at a time, or headers would grow. */
export function waitingLines(settings: GatewaySettings, cookies: Cookies, attempt: Attempt): HeaderLine[] {
  const prefix = cookieName(settings, 'form-');
  const earlier = [...cookies.keys()].filter((name) => name.startsWith(prefix));
  return [...earlier.flatMap((name) => clearedLines(cookies, name)), ...keptLines(settings, 'form', attempt)];
}

function keptLines(settings: GatewaySettings, kind: 'try' | 'form', attempt: Attempt): HeaderLine[] {
  const plain = Buffer.from(JSON.stringify(attempt), 'utf8');
  const name = cookieName(settings, `${kind}-${attempt.id}`);
  return sealedLines(settings, { name, plain, maxAgeSeconds: attemptSeconds });
}

export function findAttempt(
  settings: GatewaySettings,
  cookies: Cookies,
  { kind, id }: { readonly kind: 'try' | 'form'; readonly id: string },
): Attempt | undefined {
  if (!idForm.test(id)) return undefined;
  const plain = openCookie(settings, cookies, cookieName(settings, `${kind}-${id}`));
  const attempt = typeof plain === 'string' ? undefined : parseStrictObject(plain);
  if (!isAttempt(attempt) || attempt.id !== id) return undefined;
  return settings.clock.now() < attempt.at + attemptSeconds * 1000 ? attempt : undefined;
}

/** It is our own writing, of this version or of another one. */
function isAttempt(value: unknown): value is Attempt {
  if (!isObject(value)) return false;
  const { id, secret, returnTo, asked, at, userId, form } = value;
  return (
    [id, secret, returnTo].every((text) => typeof text === 'string') &&
    isObject(asked) &&
    typeof at === 'number' &&
    (userId === null || typeof userId === 'string') &&
    (form === null || isObject(form))
  );
}
