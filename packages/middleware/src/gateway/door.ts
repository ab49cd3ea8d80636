import { isForeign } from '../origin-check.ts';
import { type Demand, unmet } from '../requirement.ts';
import { type Asked, askedBy, covers } from './asked.ts';
import { isNavigation, isPageLoad } from './caller.ts';
import { readCookies } from './cookies.ts';
import type { GatewayCore, Looked } from './core.ts';
import { keepForm, pathOf } from './kept-form.ts';
import { nobodyReply } from './own-session.ts';
import { problemReply, type Reply, refuseReply, reply, waitReply } from './refuse.ts';
import { sendAgainPage } from './resume.ts';
import { returnPath } from './return-to.ts';
import { sessionNames } from './session-cookies.ts';
import { beginSignIn, pageOf, signInUrl } from './sign-in.ts';
import { type SignedIn, type Standing, standingOf } from './standing.ts';
import type { GatewayParts, GatewayPass, GatewayRefusal, HeaderLine } from './verdict.ts';

/** Null: nobody need be signed in. */
export type DoorDemand = Demand | null;

/** So long after a proof another one would not come out better. */
const triedMs = 30_000;

/** Lets a request through to the application, or answers it. */
export async function judge(
  core: GatewayCore,
  demand: DoorDemand,
  parts: GatewayParts,
): Promise<GatewayPass | Reply> {
  if ((demand !== null || isCarrying(core, parts)) && isForeign(parts, core.settings.allowedOrigins)) {
    return refuseReply(core, parts, { code: 'foreign_origin', reason: 'foreign-origin' });
  }
  const looked = look(core, parts);
  const standing = await looked.standing;
  // Who passes is not told apart from nobody, or a page would show somebody signed out by an outage.
  if (standing.kind === 'unavailable') return waitReply(core, parts, standing);
  const outcome = await outcomeFor(core, parts, { standing, demand });
  const lines = looked.isHandedOut ? [] : standing.lines;
  looked.isHandedOut = true;
  // Cookies that were renewed reach the browser, whatever becomes of the request.
  if ('answer' in outcome) return { ...outcome, answer: withLines(outcome.answer, lines) };
  return { ...outcome, headers: lines.length === 0 ? [] : [...lines, noStore] };
}

/** An answer with cookies in it is for nobody else (RFC 9111 §5.2.2.5). */
const noStore: HeaderLine = ['cache-control', 'no-store'];

interface Judged {
  readonly standing: Exclude<Standing, { kind: 'unavailable' }>;
  readonly demand: DoorDemand;
}

function outcomeFor(
  core: GatewayCore,
  parts: GatewayParts,
  { standing, demand }: Judged,
): Omit<GatewayPass, 'headers'> | Reply | Promise<Reply> {
  if (standing.kind !== 'signed-in') {
    if (demand === null) return { kind: 'pass', principal: null, accessToken: () => null };
    if (!isNavigation(parts)) return nobodyReply(core, parts, { ...standing, lines: [] });
    return lead(core, parts, askedBy(demand));
  }
  const { principal, access } = standing;
  const lack = demand === null ? undefined : unmet(demand, principal, core.settings.clock.now());
  if (demand === null || lack === undefined) return { kind: 'pass', principal, accessToken: () => access };
  const refusal = { code: lack.refusal, reason: lack.reason };
  if (lack.refusal !== 'insufficient_user_authentication') return refuseReply(core, parts, refusal);
  return stepUp(core, parts, { standing, demand, refusal });
}

interface Lacking {
  readonly standing: SignedIn;
  readonly demand: Demand;
  readonly refusal: GatewayRefusal;
}

/** RFC 9470 §4: a page goes to Argus and comes back, a script is told what it takes. */
function stepUp(
  core: GatewayCore,
  parts: GatewayParts,
  { standing, demand, refusal }: Lacking,
): Reply | Promise<Reply> {
  const asked = askedBy(demand);
  if (!isNavigation(parts)) {
    const query = { returnTo: pageOf(core.settings, parts), asked };
    const stepUpUrl = signInUrl(core.settings, query).replace('/sign-in?', '/step-up?');
    return problemReply(core, refusal, { demand, members: { stepUpUrl } });
  }
  const { proved } = standing.held.about;
  const isTried = proved !== null && core.settings.clock.now() - proved.at < triedMs && covers(proved, asked);
  if (isTried) return refuseReply(core, parts, { ...refusal, reason: 'still-too-weak' });
  return lead(core, parts, asked);
}

async function lead(core: GatewayCore, parts: GatewayParts, asked: Asked): Promise<Reply> {
  const { settings } = core;
  if (isPageLoad(parts)) {
    const returnTo = returnPath(pathOf(parts.url), settings);
    return beginSignIn(core, parts, { returnTo, asked, form: null });
  }
  const returnTo = pageOf(settings, parts);
  const form = await keepForm(settings, parts);
  if (form !== null) return beginSignIn(core, parts, { returnTo, asked, form });
  const again = signInUrl(settings, { returnTo, asked });
  return reply(sendAgainPage(again), { code: 'payload_too_large', reason: 'form-not-kept' });
}

function look(core: GatewayCore, parts: GatewayParts): Looked {
  const { request } = parts;
  const known = request && core.standings.get(request);
  if (known !== undefined) return known;
  const looked = { standing: standingOf(core, parts), isHandedOut: false };
  if (request !== undefined) core.standings.set(request, looked);
  return looked;
}

function isCarrying({ settings }: GatewayCore, parts: GatewayParts): boolean {
  const cookies = readCookies(parts.header('cookie'));
  const { access, refresh } = sessionNames(settings);
  return cookies.has(access) || cookies.has(refresh);
}

function withLines(answer: Reply['answer'], lines: readonly HeaderLine[]): Reply['answer'] {
  return lines.length === 0 ? answer : { ...answer, headers: [...answer.headers, ...lines] };
}
