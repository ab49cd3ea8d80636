import { findAttempt } from './attempt.ts';
import { readCookies } from './cookies.ts';
import type { GatewayCore } from './core.ts';
import { confirmPage, noticePage } from './pages/pages.ts';
import { type Reply, reply } from './refuse.ts';
import { standingOf } from './standing.ts';
import type { GatewayParts } from './verdict.ts';

/** Shows the form that waited for a proof. It is sent by the person, and judged like any other then. */
export async function resumeForm(core: GatewayCore, parts: GatewayParts, id: string): Promise<Reply> {
  const cookies = readCookies(parts.header('cookie'));
  const kept = findAttempt(core.settings, cookies, { kind: 'form', id });
  const standing = await standingOf(core, parts);
  const isTheirs = standing.kind === 'signed-in' && standing.principal.userId === kept?.userId;
  if (kept?.form && isTheirs) {
    const { status, headers, body } = confirmPage(kept.form, kept.returnTo);
    return reply({ status, headers: [...headers, ...standing.lines], body });
  }
  return reply(sendAgainPage('/'), { code: 'link_invalid', reason: 'no-kept-form' });
}

/** The end of a step-up for a form that could not be kept: too large, or of a kind that is not kept. */
export function sendAgainPage(href: string) {
  return noticePage({
    status: 200,
    title: 'Please send your form again',
    sentence: 'It could not be kept while you proved who you are. Nothing of it was done.',
    on: { href, label: 'Back to the form' },
  });
}
