import type { RefusalCode } from '@argus/contract';
import type { Attempt } from './attempt.ts';
import { endedAttemptLines } from './attempt.ts';
import type { Cookies } from './cookies.ts';
import type { GatewayCore } from './core.ts';
import { noticePage } from './pages/pages.ts';
import { type Reply, reply } from './refuse.ts';
import { signInUrl } from './sign-in.ts';

interface Ending {
  readonly status: number;
  readonly code: RefusalCode;
  readonly title: string;
  readonly sentence: string;
}

const failed: Ending = {
  status: 400,
  code: 'invalid_request',
  title: 'The sign-in did not work',
  sentence:
    'Something about the sign-in was not as it should be, so it was not completed. You can begin again.',
};

/** How an attempt ends, by its reason; whatever is not here is told as no more than a failure. */
const endings: Readonly<Record<string, Ending>> = {
  'unknown-state': {
    status: 400,
    code: 'sign_in_expired',
    title: 'This sign-in is over',
    sentence: 'It was completed already, took too long, or began in another browser. You can begin again.',
  },
  'code-invalid_grant': {
    status: 400,
    code: 'sign_in_expired',
    title: 'This sign-in is over',
    sentence: 'It was completed already or took too long. You can begin again.',
  },
  'argus-access_denied': {
    status: 403,
    code: 'denied',
    title: 'You are not signed in',
    sentence: 'The sign-in was called off, or it is not allowed for this account.',
  },
  'argus-login_required': {
    status: 403,
    code: 'denied',
    title: 'You are not signed in',
    sentence: 'The sign-in was answered by another account than the one that it was for.',
  },
  'argus-unmet_authentication_requirements': {
    status: 403,
    code: 'insufficient_user_authentication',
    title: 'Your proof was not enough',
    sentence: 'This needs a stronger way to sign in than your account has. Add one in your account first.',
  },
  'too-weak-a-proof': {
    status: 403,
    code: 'insufficient_user_authentication',
    title: 'Your proof was not enough',
    sentence: 'This needs a stronger or fresher proof of who you are than the one you gave.',
  },
  'argus-temporarily_unavailable': {
    status: 503,
    code: 'unavailable',
    title: 'The sign-in did not work this time',
    sentence: 'The sign-in service is busy at the moment. Begin again in a moment.',
  },
};

/** A page of ours at the end of an attempt that failed. What the answer said stands nowhere in it. */
export function callbackRefusal(
  { settings }: GatewayCore,
  {
    cookies,
    attempt,
    reason,
  }: { readonly cookies: Cookies; readonly attempt: Attempt | undefined; readonly reason: string },
): Reply {
  const ending = endings[reason] ?? failed;
  const { returnTo, asked } = attempt ?? { returnTo: '/', asked: { acr: null, maxAgeSeconds: null } };
  const page = noticePage({
    ...ending,
    on: { href: signInUrl(settings, { returnTo, asked }), label: 'Begin again' },
    lines: attempt ? endedAttemptLines(settings, cookies, attempt.id) : [],
  });
  return reply(page, { code: ending.code, reason });
}
