import { type RefusalCode, refusalOf } from '@argus/contract';
import { messagePage } from '../pages/index.ts';
import type { Answer } from './answer.ts';
import type { SetCookie } from './cookies.ts';

/** A page that says what went wrong and where to go. */
export function refusalPage(code: RefusalCode, cookies: readonly SetCookie[] = []): Answer {
  const { status, sentence } = refusalOf(code);
  const action = { href: '/account', label: 'Go to your account' };
  const title = status === 404 ? 'Not here' : 'This did not work';
  return { status, html: messagePage({ title, message: sentence, action }), cookies };
}
