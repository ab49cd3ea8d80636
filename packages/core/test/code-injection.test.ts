import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClientId, TenantId } from '@argus/contract';
import {
  type AuthorizationCode,
  type CodeJudgment,
  type CodeProof,
  isVerifierOf,
  judgeCode,
  readGrantType,
  type Session,
  type User,
} from '@argus/core';
import fc from 'fast-check';
import { ada, begun, ids, startMs } from './facts.ts';
import {
  type ClientChanges,
  callback,
  challenge,
  clientWith,
  notesId,
  thumbprint,
  verifier,
} from './oauth-facts.ts';

const code: AuthorizationCode = {
  codeHash: Buffer.alloc(32, 7),
  clientId: notesId,
  userId: ids.user,
  sessionId: ids.session,
  grantId: ids.grant,
  redirectUri: callback,
  scope: ['openid'],
  resources: [],
  nonce: null,
  codeChallenge: challenge,
  dpopJkt: null,
  createdAt: startMs,
  expiresAt: startMs + 60_000,
  consumedAt: null,
};

interface Case {
  readonly code?: Partial<AuthorizationCode>;
  readonly session?: Partial<Session>;
  readonly user?: Partial<User>;
  readonly client?: ClientChanges;
  readonly proof?: Partial<Omit<CodeProof, 'client' | 'now'>>;
  readonly afterMs?: number;
}

function judge({ client, proof, afterMs = 1000, ...facts }: Case): CodeJudgment {
  return judgeCode(
    {
      code: { ...code, ...facts.code },
      session: { ...begun().session, ...facts.session },
      user: { ...ada, ...facts.user },
    },
    {
      client: clientWith(client),
      redirectUri: callback,
      codeVerifier: verifier,
      dpopJkt: null,
      ...proof,
      now: startMs + afterMs,
    },
  );
}

function outcomeOf(judgment: CodeJudgment): string {
  if (judgment.isGood) return 'good';
  return `${judgment.refused} ${judgment.reason}${judgment.isReplay ? ' (replay)' : ''}`;
}

describe('a code', () => {
  const used = { consumedAt: startMs + 500 };
  const ended = { state: 'ended', endedAt: startMs, endReason: 'signed-out' } as const;
  const unproved = { codeChallenge: null };
  const bound = { dpopJkt: thumbprint };
  const foreign: ClientChanges = { id: 'other' as ClientId }; // a brand over text
  const dpop: ClientChanges = { settings: { requiresDpop: true } };
  const rows: readonly (readonly [what: string, shown: Case, is: string])[] = [
    ['as it was given', {}, 'good'],
    ['in its last millisecond', { afterMs: 59_999 }, 'good'],
    ['at its end', { afterMs: 60_000 }, 'invalid_grant expired'],
    ['a second time', { code: used }, 'invalid_grant replayed (replay)'],
    ['a second time after its end', { code: used, afterMs: 3_600_000 }, 'invalid_grant replayed (replay)'],
    [
      'a second time without its verifier',
      { code: used, proof: { codeVerifier: undefined } },
      'invalid_grant replayed (replay)',
    ],
    ['of another client', { client: foreign }, 'invalid_grant foreign-client'],
    ['of another client that used it', { client: foreign, code: used }, 'invalid_grant foreign-client'],
    ['of another tenant', { client: { tenant: 'other' as TenantId } }, 'invalid_grant foreign-client'], // a brand over text
    ['after sign-out', { session: ended }, 'invalid_grant session-over'],
    ['after the session has expired', { session: { idleExpiresAt: startMs } }, 'invalid_grant session-over'],
    ['of a disabled person', { user: { status: 'disabled' } }, 'invalid_grant session-over'],
    [
      'with another redirect URI',
      { proof: { redirectUri: `${callback}/` } },
      'invalid_grant foreign-redirect',
    ],
    ['with no redirect URI', { proof: { redirectUri: undefined } }, 'invalid_grant foreign-redirect'],
    ['with no verifier', { proof: { codeVerifier: undefined } }, 'invalid_grant wrong-verifier'],
    ['with another verifier', { proof: { codeVerifier: 'a'.repeat(43) } }, 'invalid_grant wrong-verifier'],
    [
      'with the challenge for a verifier',
      { proof: { codeVerifier: challenge } },
      'invalid_grant wrong-verifier',
    ],
    ['with a verifier that nobody asked for', { code: unproved }, 'invalid_grant unwanted-verifier'],
    ['without PKCE on either side', { code: unproved, proof: { codeVerifier: undefined } }, 'good'],
    ['bound to a key, with that key', { code: bound, proof: { dpopJkt: thumbprint } }, 'good'],
    ['bound to a key, with another', { code: bound, proof: { dpopJkt: 'x' } }, 'invalid_grant wrong-key'],
    ['bound to a key, with none', { code: bound }, 'invalid_dpop_proof no-key'],
    ['of a client that must show a key, with one', { client: dpop, proof: { dpopJkt: 'x' } }, 'good'],
    ['of a client that must show a key, with none', { client: dpop }, 'invalid_dpop_proof no-key'],
  ];
  for (const [what, shown, is] of rows) {
    test(`${what} → ${is}`, () => assert.equal(outcomeOf(judge(shown)), is));
  }
});

describe('a verifier', () => {
  test('is the one of RFC 7636 appendix B', () => assert.ok(isVerifierOf(challenge, verifier)));

  const malformed = [
    '',
    'a'.repeat(42),
    'a'.repeat(129),
    `${'a'.repeat(42)}=`,
    `${'a'.repeat(42)}+`,
    `${verifier}\n`,
  ];
  for (const text of malformed) {
    test(`is not ${JSON.stringify(text.slice(0, 50))} of ${text.length} characters`, () => {
      assert.equal(isVerifierOf(challenge, text), false);
    });
  }

  test('is no other text', () => {
    const unreserved = fc.stringMatching(/^[A-Za-z0-9\-._~]{43,128}$/);
    fc.assert(fc.property(unreserved, (text) => isVerifierOf(challenge, text) === (text === verifier)));
  });
});

test('a grant type is one that exists and that this client has', () => {
  const { settings } = clientWith({ settings: { grantTypes: ['authorization_code'] } });
  const answers = [undefined, 'authorization_code', 'refresh_token', 'password'].map((sent) =>
    readGrantType(sent, settings),
  );
  assert.deepEqual(answers, [
    'invalid_request',
    'authorization_code',
    'unauthorized_client',
    'unsupported_grant_type',
  ]);
});
