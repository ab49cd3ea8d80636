import type { SetCookie } from '../http/cookies.ts';
import type { Current } from './current-session.ts';

/** A session, and the cookies that carry it. */
export interface SignedIn {
  readonly current: Current;
  readonly cookies: readonly SetCookie[];
  /** An identity that was to be connected became somebody else's meanwhile; the person is signed in all the same. */
  readonly isLinkLost?: true;
}
