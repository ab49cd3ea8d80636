import { problemOf, type RefusalCode } from '@argus/contract';
import { answerOf } from '../challenge.ts';
import { type Refused, refused } from '../refused.ts';
import { type Demand, noDemand } from '../requirement.ts';
import { isNavigation, isPageLoad } from './caller.ts';
import type { GatewayCore } from './core.ts';
import { frameless, quietHeaders } from './pages/page.ts';
import { noticePage, waitPage } from './pages/pages.ts';
import type { GatewayAnswer, GatewayParts, GatewayRefusal, HeaderLine } from './verdict.ts';

/** An answer, and what to write of it in the log. */
export interface Reply {
  readonly answer: GatewayAnswer;
  readonly refusal: GatewayRefusal | null;
}

export function reply(answer: GatewayAnswer, refusal: GatewayRefusal | null = null): Reply {
  return { answer, refusal };
}

/** What a script is told: a problem (RFC 9457) with a way on, and for a step-up the challenge (RFC 9470 §3). */
export function problemReply(
  core: GatewayCore,
  refusal: GatewayRefusal,
  more: {
    readonly demand?: Demand;
    readonly members?: Readonly<Record<string, string>>;
    readonly lines?: readonly HeaderLine[];
    readonly retryAfterSeconds?: number;
  } = {},
): Reply {
  const { demand = noDemand, members = {}, lines = [], retryAfterSeconds } = more;
  const told: Refused = {
    // The reason is for the log only, and is not read here.
    ...refused(refusal.code, 'no-credentials'),
    source: 'cookie',
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
  const { status, headers } = answerOf(told, demand, core.settings.access);
  const own = quietHeaders.filter(([name]) => !(name in headers));
  return reply(
    {
      status,
      headers: [...Object.entries(headers), ...own, frameless, ...lines],
      body: JSON.stringify({ ...problemOf(refusal.code), ...members }),
    },
    refusal,
  );
}

interface Words {
  readonly title: string;
  readonly sentence: string;
}

const words: Partial<Record<RefusalCode, Words>> = {
  denied: { title: 'This is not open to you', sentence: 'Your account may not do this.' },
  insufficient_scope: {
    title: 'This is not open to you',
    sentence: 'This application was not given the permission that it takes.',
  },
  foreign_origin: {
    title: 'This came from another site',
    sentence: 'The request came from another site, so nothing was done.',
  },
  insufficient_user_authentication: {
    title: 'Your proof was not enough',
    sentence: 'This needs a stronger proof of who you are than the one you gave.',
  },
};

/** A refusal that no proof would cure, in the way that the caller understands. */
export function refuseReply(core: GatewayCore, parts: GatewayParts, refusal: GatewayRefusal): Reply {
  const { status, title: sentence } = problemOf(refusal.code);
  if (!isNavigation(parts)) return problemReply(core, refusal);
  const told = words[refusal.code] ?? { title: 'That did not work', sentence };
  // For a browser a 401 without a challenge that it knows would be no answer to a person.
  const shownStatus = status === 401 ? 403 : status;
  const on = { href: '/', label: 'To the front page' };
  return reply(noticePage({ ...told, status: shownStatus, on }), refusal);
}

export function waitReply(
  core: GatewayCore,
  parts: GatewayParts,
  { reason, retryAfterSeconds }: { readonly reason: string; readonly retryAfterSeconds: number },
): Reply {
  const refusal = { code: 'unavailable', reason } as const;
  if (!isNavigation(parts)) return problemReply(core, refusal, { retryAfterSeconds });
  return reply(waitPage(retryAfterSeconds, isPageLoad(parts)), refusal);
}
