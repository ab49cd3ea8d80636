import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClientId, TenantId } from '@argus/contract';
import {
  decideExchange,
  type ExchangeDecision,
  type ExchangeFacts,
  readExchangeRequest,
  type ShownToken,
} from '@argus/core';
import fc from 'fast-check';
import { ids, startMs } from './facts.ts';
import {
  type ClientChanges,
  clientWith,
  filesApi,
  notesApi,
  notesId,
  parametersOf,
  thumbprint,
} from './oauth-facts.ts';

const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const app = 'app' as ClientId; // a brand over text
const elsewhere = 'other' as TenantId; // a brand over text

/** The API of notes was shown a token of an application, and wants to read files for the same person. */
const shown: ShownToken = {
  subject: ids.user,
  clientId: app,
  tenant: ids.tenant,
  scope: ['openid', 'notes.read', 'files.read'],
  audience: [notesApi],
  jkt: null,
  expiresAt: startMs + 200_000,
  isLive: true,
};
const service = {
  mayIntrospect: true,
  scopes: ['notes.read', 'files.read', 'files.write'],
  resources: [notesApi, filesApi],
};

type Case = Partial<Omit<ExchangeFacts, 'client' | 'subject' | 'actor'>> & {
  readonly client?: ClientChanges;
  readonly subject?: Partial<ShownToken>;
  readonly actor?: Partial<ShownToken>;
};

function decide({ client, subject, actor, ...facts }: Case): ExchangeDecision {
  return decideExchange({
    client: clientWith({ ...client, settings: { ...service, ...client?.settings } }),
    request: { scope: undefined, targets: [filesApi] },
    subject: { ...shown, ...subject },
    actor: actor ? { ...shown, clientId: notesId, subject: 'a worker', ...actor } : null,
    resources: [notesApi, filesApi],
    dpopJkt: null,
    lifeSeconds: 300,
    now: startMs,
    ...facts,
  });
}

test('an exchange keeps the subject, narrows the scope to both sides and ends with the subject’s token', () => {
  assert.deepEqual(decide({}), {
    kind: 'issue',
    scope: ['notes.read', 'files.read'],
    audience: [filesApi],
    act: { sub: notesId, client_id: notesId },
    expiresAt: startMs + 200_000,
  });
});

test('an exchanged token ends by itself when the subject’s lives longer', () => {
  const decision = decide({ lifeSeconds: 60 });
  assert.ok(decision.kind === 'issue');
  assert.equal(decision.expiresAt, startMs + 60_000);
});

test('an actor is told by name', () => {
  const decision = decide({ actor: {} });
  assert.ok(decision.kind === 'issue');
  assert.deepEqual(decision.act, { sub: 'a worker', client_id: notesId });
});

describe('an exchange', () => {
  const own = { clientId: notesId };
  const bound = { jkt: thumbprint };
  const asked = (scope: string | undefined, ...targets: string[]) => ({ request: { scope, targets } });
  const rows: readonly (readonly [what: string, facts: Case, is: string])[] = [
    ['by a public client', { client: { settings: { type: 'public' } } }, 'unauthorized_client public-client'],
    ['of a token that ended', { subject: { isLive: false } }, 'invalid_request dead-subject'],
    ['of a token at its end', { subject: { expiresAt: startMs } }, 'invalid_request dead-subject'],
    ['of a token of another tenant', { subject: { tenant: elsewhere } }, 'invalid_request dead-subject'],
    [
      'of a token for another API',
      { subject: { audience: ['https://else.example'] } },
      'invalid_request foreign-subject',
    ],
    [
      'of a token for Argus itself',
      { subject: { audience: ['https://argus.example'] } },
      'invalid_request foreign-subject',
    ],
    [
      'by who merely calls that API',
      { client: { settings: { mayIntrospect: false } } },
      'invalid_request foreign-subject',
    ],
    [
      'of its own token by who merely calls that API',
      { client: { settings: { mayIntrospect: false } }, subject: own },
      'issue',
    ],
    [
      'of its own token bound to a key, without it',
      { subject: { ...own, ...bound } },
      'invalid_request wrong-key',
    ],
    [
      'of its own token bound to a key, with it',
      { subject: { ...own, ...bound }, dpopJkt: thumbprint },
      'issue',
    ],
    ['of another’s token bound to a key', { subject: bound }, 'issue'],
    ['with a dead actor', { actor: { isLive: false } }, 'invalid_request bad-actor'],
    ['with the actor of another client', { actor: { clientId: app } }, 'invalid_request bad-actor'],
    ['with the actor of another tenant', { actor: { tenant: elsewhere } }, 'invalid_request bad-actor'],
    ['with an actor bound to a key, without it', { actor: bound }, 'invalid_request wrong-key'],
    [
      'by a client that must show a key and does not',
      { client: { settings: { requiresDpop: true } } },
      'invalid_dpop_proof no-key',
    ],
    ['without a word which API', asked(undefined), 'invalid_target target'],
    [
      'for an API that is not the client’s',
      asked(undefined, 'https://else.example'),
      'invalid_target target',
    ],
    [
      'for an API that is gone',
      { ...asked(undefined, filesApi), resources: [notesApi] },
      'invalid_target target',
    ],
    ['for less scope', asked('files.read', filesApi), 'issue'],
    ['for scope that the subject lacks', asked('files.write', filesApi), 'invalid_scope scope'],
    ['for scope that the client lacks', asked('openid', filesApi), 'invalid_scope scope'],
    ['that would carry no scope', { subject: { scope: ['openid'] } }, 'invalid_scope scope'],
  ];
  for (const [what, facts, is] of rows) {
    test(`${what} → ${is}`, () => {
      const decision = decide(facts);
      assert.equal(decision.kind === 'issue' ? 'issue' : `${decision.error} ${decision.reason}`, is);
    });
  }
});

test('nothing that comes out is more than what went in', () => {
  const scopes = ['openid', 'notes.read', 'files.read', 'files.write'];
  const facts = fc.record({
    subject: fc.record({
      scope: fc.subarray(scopes),
      expiresAt: fc.integer({ min: startMs, max: startMs + 900_000 }),
    }),
    asked: fc.option(
      fc.subarray(scopes).map((words) => words.join(' ')),
      { nil: undefined },
    ),
    lifeSeconds: fc.integer({ min: 1, max: 900 }),
  });
  fc.assert(
    fc.property(facts, ({ subject, asked, lifeSeconds }) => {
      const decision = decide({ subject, lifeSeconds, request: { scope: asked, targets: [filesApi] } });
      if (decision.kind === 'refuse') return;
      assert.ok(
        decision.expiresAt <= subject.expiresAt && decision.expiresAt <= startMs + lifeSeconds * 1000,
      );
      assert.ok(
        decision.scope.every((scope) => subject.scope.includes(scope) && service.scopes.includes(scope)),
      );
    }),
    { numRuns: 500 },
  );
});

describe('a request for an exchange', () => {
  const good = { subject_token: 'a.b.c', subject_token_type: accessToken };
  const actor = { actor_token: 'd.e.f', actor_token_type: accessToken };
  const refused: readonly (readonly [what: string, sent: Record<string, string | string[]>])[] = [
    ['without a subject token', { subject_token_type: accessToken }],
    ['without its type', { subject_token: 'a.b.c' }],
    ['of an ID token', { ...good, subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }],
    [
      'for a refresh token',
      { ...good, requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
    ],
    ['with an actor without a type', { ...good, actor_token: 'd.e.f' }],
    ['with the type of no actor', { ...good, actor_token_type: accessToken }],
    ['with two subject tokens', { ...good, subject_token: ['a.b.c', 'd.e.f'] }],
  ];
  for (const [what, sent] of refused) {
    test(`${what} is refused`, () =>
      assert.equal(readExchangeRequest(parametersOf(sent)), 'invalid_request'));
  }

  test('takes resources and audiences alike, several of each', () => {
    const sent = {
      ...good,
      ...actor,
      scope: 'files.read',
      resource: [notesApi, filesApi],
      audience: ['x', 'y'],
    };
    assert.deepEqual(readExchangeRequest(parametersOf({ ...sent, requested_token_type: accessToken })), {
      subjectToken: 'a.b.c',
      actorToken: 'd.e.f',
      scope: 'files.read',
      targets: [notesApi, filesApi, 'x', 'y'],
    });
  });
});
