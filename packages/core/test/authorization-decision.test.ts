import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type AssuranceLevel,
  assuranceLevels,
  type ResourceId,
  type TenantId,
  type UserId,
} from '@argus/contract';
import {
  type AuthorizationDecision,
  type AuthorizationFacts,
  type AuthorizationRequest,
  type Consent,
  decideAuthorization,
  type Session,
  type User,
} from '@argus/core';
import fc from 'fast-check';
import { ada, begun, ids, startMs } from './facts.ts';
import { type ClientChanges, callback, challenge, clientWith, notesId } from './oauth-facts.ts';

const someoneElse = '01990000-0000-7000-8000-0000000000ff' as UserId; // a brand over text
const request: AuthorizationRequest = {
  clientId: notesId,
  redirectUri: callback,
  responseMode: 'query',
  state: null,
  scope: ['openid', 'profile'],
  nonce: null,
  codeChallenge: challenge,
  resources: [],
  prompt: [],
  maxAgeSeconds: null,
  acrValues: [],
  loginHint: null,
  uiLocales: [],
  dpopJkt: null,
  idTokenHint: null,
};
const agreed: Consent = {
  userId: ids.user,
  clientId: notesId,
  scope: ['openid', 'profile', 'email'],
  resources: [],
  grantedAt: startMs,
  expiresAt: null,
};

interface Case {
  readonly asks?: Partial<AuthorizationRequest>;
  readonly client?: ClientChanges;
  /** `null`: this browser holds none. */
  readonly session?: Partial<Session> | null;
  readonly user?: Partial<User>;
  readonly consent?: Partial<Consent> | null;
  /** When the request came first, and the account that was chosen since. */
  readonly since?: number;
  readonly chosen?: UserId;
  /** Who said yes to the request since. */
  readonly yesOf?: UserId;
  readonly hinted?: string;
  readonly reachable?: AssuranceLevel;
  readonly strength?: AuthorizationFacts['strength'];
  readonly afterMs?: number;
}

/** Ada signed in and agreed at the start; the request comes a minute later. */
function factsOf(asked: Case): AuthorizationFacts {
  const { session, user = {}, consent = {}, since, chosen = null, yesOf = null, afterMs = 60_000 } = asked;
  const held = { session: { ...begun().session, ...session }, user: { ...ada, ...user } };
  return {
    request: { ...request, ...asked.asks },
    client: clientWith(asked.client),
    session: session === null ? null : held,
    consent: consent === null ? null : { ...agreed, ...consent },
    continuation:
      since === undefined ? null : { startedAt: since, chosenUserId: chosen, agreedUserId: yesOf },
    hintedSubject: asked.hinted ?? null,
    reachable: asked.reachable ?? 'urn:argus:aal1',
    strength: asked.strength ?? 'enough',
    now: startMs + afterMs,
  };
}

function outcomeOf(decision: AuthorizationDecision): string {
  if (decision.kind === 'error') return `error ${decision.error}`;
  return decision.kind === 'step-up' ? `step-up ${decision.reason}` : decision.kind;
}

type Row = readonly [what: string, asked: Case, is: string];

function hold(rows: readonly Row[]): void {
  for (const [what, asked, is] of rows) {
    test(`${what} → ${is}`, () => assert.equal(outcomeOf(decideAuthorization(factsOf(asked))), is));
  }
}

const silent = { prompt: ['none'] } as const;
const ended = { state: 'ended', endedAt: startMs, endReason: 'signed-out' } as const;
const minute = startMs + 60_000;

describe('who is signed in:', () => {
  hold([
    ['somebody who agreed before', {}, 'issue'],
    ['nobody', { session: null }, 'sign-in'],
    ['nobody, in silence', { session: null, asks: silent }, 'error login_required'],
    ['somebody whose session ended', { session: ended }, 'sign-in'],
    ['somebody whose session has expired', { afterMs: 30 * 60_000 }, 'sign-in'],
    ['somebody who was disabled', { user: { status: 'disabled' } }, 'sign-in'],
    ['somebody of another tenant', { user: { tenant: 'other' as TenantId } }, 'sign-in'], // a brand over text
    [
      'somebody of another tenant, in silence',
      {
        user: { tenant: 'other' as TenantId }, // a brand over text
        asks: silent,
      },
      'error login_required',
    ],
  ]);
});

describe('an id_token_hint', () => {
  hold([
    ['of this person', { hinted: ids.user }, 'issue'],
    ['of another person', { hinted: someoneElse }, 'sign-in'],
    ['of another person, in silence', { hinted: someoneElse, asks: silent }, 'error login_required'],
    [
      'of another person than who signed in for it',
      { hinted: someoneElse, since: startMs },
      'error login_required',
    ],
    ['of another person than who was here before it', { hinted: someoneElse, since: minute }, 'sign-in'],
  ]);
});

describe('prompt=login', () => {
  const asks = { prompt: ['login'] } as const;
  hold([
    ['when somebody is signed in', { asks }, 'step-up fresh'],
    ['when nobody is', { asks, session: null }, 'sign-in'],
    ['when asked before the last proof', { asks, since: startMs - 1 }, 'issue'],
    ['when asked in the millisecond of the last proof', { asks, since: startMs }, 'issue'],
    ['when asked after the last proof', { asks, since: startMs + 1 }, 'step-up fresh'],
  ]);
});

describe('max_age', () => {
  const within = (maxAgeSeconds: number) => ({ maxAgeSeconds });
  const byDefault: ClientChanges = { settings: { defaultMaxAgeSeconds: 30 } };
  hold([
    ['of exactly the age', { asks: within(60) }, 'issue'],
    ['of a second less', { asks: within(59) }, 'step-up fresh'],
    ['compares whole seconds', { asks: within(60), afterMs: 60_999 }, 'issue'],
    ['that has passed, in silence', { asks: { ...within(59), ...silent } }, 'error login_required'],
    ['of zero forces another proof', { asks: within(0), afterMs: 0 }, 'step-up fresh'],
    ['of zero is satisfied by a proof made for it', { asks: within(0), since: startMs }, 'issue'],
    ['of zero, in silence', { asks: { ...within(0), ...silent } }, 'error login_required'],
    ['of the client when the request says nothing', { client: byDefault }, 'step-up fresh'],
    ['of the request before that of the client', { client: byDefault, asks: within(60) }, 'issue'],
    [
      'is not met by a proof that has grown old meanwhile',
      { asks: within(30), since: startMs },
      'step-up fresh',
    ],
  ]);
});

describe('acr_values', () => {
  const [aal1, aal2, aal3] = assuranceLevels;
  const asks = (...acrValues: AssuranceLevel[]) => ({ acrValues });
  hold([
    ['that the session has', { asks: asks(aal1) }, 'issue'],
    ['below what the session has', { asks: asks(aal1), session: { acr: aal2 } }, 'issue'],
    ['of which the session has one', { asks: asks(aal3, aal1) }, 'issue'],
    ['that can be reached', { asks: asks(aal2), reachable: aal2 }, 'step-up stronger'],
    ['of which one can be reached', { asks: asks(aal3, aal2), reachable: aal2 }, 'step-up stronger'],
    [
      'that can be reached, in silence',
      {
        asks: { ...asks(aal2), ...silent },
        reachable: aal2,
      },
      'error interaction_required',
    ],
    ['that nobody reaches', { asks: asks(aal2, aal3) }, 'error unmet_authentication_requirements'],
    ['that nobody reaches but this session', { asks: asks(aal2), session: { acr: aal2 } }, 'issue'],
    [
      'that nobody reaches, before anyone signs in',
      {
        asks: asks(aal2),
        session: null,
      },
      'error unmet_authentication_requirements',
    ],
    [
      'that nobody reaches, and the session that had them is over',
      {
        asks: asks(aal2),
        session: { ...ended, acr: aal2 },
      },
      'error unmet_authentication_requirements',
    ],
    [
      'with prompt=login are one question',
      {
        asks: { ...asks(aal2), prompt: ['login'] },
        reachable: aal2,
      },
      'step-up stronger',
    ],
  ]);
});

describe('a session that is weaker than policy wants for this client', () => {
  hold([
    ['of somebody who can prove more', { strength: 'provable' }, 'step-up stronger'],
    ['in silence', { strength: 'provable', asks: silent }, 'error interaction_required'],
    ['of somebody who has nothing more', { strength: 'lacking' }, 'sign-in'],
    [
      'and than the client asks, of somebody who has nothing more',
      { strength: 'lacking', asks: { acrValues: ['urn:argus:aal2'] }, reachable: 'urn:argus:aal2' },
      'sign-in',
    ],
    [
      'of somebody who has nothing more, in silence',
      { strength: 'lacking', asks: silent },
      'error login_required',
    ],
    [
      'and that began for this very request',
      { strength: 'lacking', since: startMs },
      'error unmet_authentication_requirements',
    ],
  ]);
});

describe('prompt=select_account', () => {
  const asks = { prompt: ['select_account'] } as const;
  hold([
    ['when somebody is signed in', { asks }, 'choose-account'],
    ['when nobody is', { asks, session: null }, 'sign-in'],
    ['when this account was chosen', { asks, since: minute, chosen: ids.user }, 'issue'],
    ['when another account was chosen', { asks, since: minute, chosen: someoneElse }, 'choose-account'],
    [
      'when another was chosen and this one signed in since',
      {
        asks,
        since: startMs,
        chosen: someoneElse,
      },
      'choose-account',
    ],
    ['when somebody signed in to answer', { asks, since: startMs }, 'issue'],
    [
      'when somebody only proved again to answer',
      {
        asks,
        since: minute,
        session: { authenticatedAt: minute },
      },
      'choose-account',
    ],
    [
      'with login, once the account is chosen',
      {
        asks: { prompt: ['login', 'select_account'] },
        since: minute,
        chosen: ids.user,
      },
      'step-up fresh',
    ],
  ]);
});

describe('consent', () => {
  const asks = { prompt: ['consent'] } as const;
  const api = 'https://api.example/' as ResourceId;
  const other = 'https://other.example/' as ResourceId;
  const implicit: ClientChanges = { settings: { consent: 'implicit' } };
  const stranger: ClientChanges = { source: 'registration', settings: { consent: 'implicit' } };
  hold([
    ['that was never given', { consent: null }, 'consent'],
    ['that was never given, in silence', { consent: null, asks: silent }, 'error consent_required'],
    ['to less than is asked', { consent: { scope: ['openid'] } }, 'consent'],
    ['to the same for another API', { asks: { resources: [api] } }, 'consent'],
    [
      'to that for this API among others',
      { asks: { resources: [api] }, consent: { resources: [other, api] } },
      'issue',
    ],
    ['that ends now', { consent: { expiresAt: minute } }, 'consent'],
    ['that ends in a moment', { consent: { expiresAt: minute + 1 } }, 'issue'],
    ['of another person', { consent: { userId: someoneElse } }, 'consent'],
    ['is not asked for a first-party client', { consent: null, client: implicit }, 'issue'],
    ['is asked on demand', { asks }, 'consent'],
    ['is asked on demand for a first-party client', { asks, client: implicit }, 'consent'],
    ['was given on demand', { asks, since: startMs, yesOf: ids.user }, 'issue'],
    ['was given to another request meanwhile', { asks, since: startMs - 1 }, 'consent'],
    ['was given to this request by another person', { asks, since: startMs, yesOf: someoneElse }, 'consent'],
    ['is asked each time for a client that registered itself', { client: stranger }, 'consent'],
    [
      'cannot be had in silence by a client that registered itself',
      {
        client: stranger,
        asks: silent,
      },
      'error consent_required',
    ],
    [
      'was just given to a client that registered itself',
      { client: stranger, since: startMs, yesOf: ids.user },
      'issue',
    ],
    ['is asked last', { consent: null, asks: { prompt: ['login'] } }, 'step-up fresh'],
  ]);

  test('is asked for the whole scope', () => {
    const decision = decideAuthorization(factsOf({ consent: { scope: ['openid'] } }));
    assert.deepEqual(decision, { kind: 'consent', scope: ['openid', 'profile'] });
  });
});

const cases: fc.Arbitrary<Case> = fc.record(
  {
    asks: fc.record({
      prompt: fc.constantFrom([], ['login'], ['consent'], ['select_account'], ['login', 'consent'] as const),
      maxAgeSeconds: fc.constantFrom(null, 0, 1, 60, 3600),
      acrValues: fc.subarray([...assuranceLevels]),
      scope: fc.subarray(['openid', 'profile', 'notes.read'], { minLength: 1 }),
    }),
    client: fc.record({
      source: fc.constantFrom('apply', 'administrator', 'registration'),
      settings: fc.record({ consent: fc.constantFrom('explicit', 'implicit') }),
    }),
    session: fc.oneof(
      fc.constant(null),
      fc.record({
        acr: fc.constantFrom(...assuranceLevels),
        authenticatedAt: fc.integer({ min: startMs, max: startMs + 90_000 }),
      }),
    ),
    user: fc.record({ status: fc.constantFrom('active', 'disabled') }),
    consent: fc.oneof(
      fc.constant(null),
      fc.record({ grantedAt: fc.integer({ min: startMs, max: startMs + 90_000 }) }),
    ),
    since: fc.integer({ min: startMs - 1000, max: startMs + 90_000 }),
    chosen: fc.constantFrom(ids.user, someoneElse),
    yesOf: fc.constantFrom(ids.user, someoneElse),
    hinted: fc.constantFrom(ids.user, someoneElse),
    reachable: fc.constantFrom(...assuranceLevels),
    strength: fc.constantFrom('enough', 'provable', 'lacking'),
    afterMs: fc.integer({ min: 0, max: 3_600_000 }),
  },
  { requiredKeys: [] },
);

test('a request that may show nothing never leads to a page, whatever the circumstances', () => {
  fc.assert(
    fc.property(cases, (asked) => {
      const loud = decideAuthorization(factsOf({ ...asked, asks: { ...asked.asks, prompt: [] } }));
      const quiet = decideAuthorization(factsOf({ ...asked, asks: { ...asked.asks, ...silent } }));
      assert.ok(quiet.kind === 'issue' || quiet.kind === 'error', quiet.kind);
      assert.equal(quiet.kind === 'issue', loud.kind === 'issue', 'silence opens nothing and closes nothing');
    }),
    { numRuns: 2000 },
  );
});

test('a code is issued to live people alone, and for no scope that they did not agree to', () => {
  fc.assert(
    fc.property(cases, (asked) => {
      const facts = factsOf(asked);
      if (decideAuthorization(facts).kind !== 'issue') return;
      assert.ok(facts.session && facts.now < facts.session.session.idleExpiresAt);
      assert.equal(facts.session.user.status, 'active');
      if (facts.client.settings.consent === 'implicit' && facts.client.source !== 'registration') return;
      assert.ok(facts.request.scope.every((scope) => facts.consent?.scope.includes(scope)));
    }),
    { numRuns: 2000 },
  );
});
