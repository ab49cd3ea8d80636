import type { FeedPolicy, GrantId, Instant, PolicyDocument, SessionId, UserId } from '@argus/contract';
import type { EndedBy } from '../change.ts';
import type { SessionRules } from './session-rules.ts';

/** Some sessions by name, or all that a user has. */
export type SessionsAsked = { readonly sessionIds: readonly SessionId[] } | { readonly userId: UserId };

/** What may be written about policies, and about what lives under them; part of `Change`. */
export type PolicyChange =
  /** Expects this very version to be in force; the new one is the next. */
  | {
      readonly kind: 'set-policy';
      readonly expected: number;
      readonly document: PolicyDocument;
      readonly author: string;
      readonly note: string | null;
      readonly restoredFrom: number | null;
      /** What the new one says to those who follow the feed. */
      readonly feed: FeedPolicy;
      readonly at: Instant;
    }
  /** Ends those of these sessions that are over under other rules; expects nothing. */
  | {
      readonly kind: 'end-sessions-beyond-policy';
      readonly of: SessionsAsked;
      readonly rules: SessionRules;
      readonly at: Instant;
      readonly by: EndedBy;
    }
  /** Brings the limits of these sessions and their grants under other rules, never the other way; expects nothing. */
  | {
      readonly kind: 'tighten-sessions';
      readonly of: SessionsAsked;
      readonly rules: SessionRules;
      readonly at: Instant;
      /** From then on no token is good that was given under the limits of before. */
      readonly outlivedUntil: Instant;
    }
  /** Ends those of these grants whose client has them no longer under other rules; expects nothing. */
  | {
      readonly kind: 'end-grants-beyond-policy';
      readonly grantIds: readonly GrantId[];
      readonly rules: SessionRules;
      readonly at: Instant;
    }
  /** Expects this very version to be in force and live sessions to have been held against older ones only. */
  | { readonly kind: 'note-policy-enforced'; readonly version: number };
