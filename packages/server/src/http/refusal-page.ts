import { type RefusalCode, refusalOf } from '@argus/contract';
import {
  authorizationErrorPage,
  messagePage,
  type SessionLimitView,
  sessionLimitPage,
} from '../pages/index.ts';
import type { Answer } from './answer.ts';
import type { SetCookie } from './cookies.ts';

/** A page that says what went wrong and where to go. */
export function refusalPage(code: RefusalCode, cookies: readonly SetCookie[] = []): Answer {
  const { status, sentence } = refusalOf(code);
  const action = { href: '/account', label: 'Go to your account' };
  const title = status === 404 ? 'Not here' : 'This did not work';
  return { status, html: messagePage({ title, message: sentence, action }), cookies };
}

/**
 * The same for what a client sent the person here with: there is nobody whom it would be safe to send them back to
 * (RFC 6749 §4.1.2.1).
 */
export function deadEndPage(code: RefusalCode, clientName?: string): Answer {
  const { status, sentence } = refusalOf(code);
  const html = authorizationErrorPage({ status, title: 'This request cannot go on', sentence, clientName });
  return { status, html };
}

/** What was proved holds, and there is no room for a session: the page says how to make some. */
export function noRoomPage(waiting: SessionLimitView = {}): Answer {
  const { status } = refusalOf('too_many_sessions');
  return { status, html: sessionLimitPage(waiting) };
}
