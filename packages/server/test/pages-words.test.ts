import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  auditEventTypes,
  authenticationMethods,
  endReasons,
  openIdScopes,
  type RefusalCode,
  refusals,
} from '@argus/contract';
import { problemOf } from '../src/pages/problem-words.ts';
import { scopeSentence } from '../src/pages/scope-words.ts';
import { signInPage } from '../src/pages/sign-in.ts';
import { durationWords, instantOf, relativeWords, spanWords } from '../src/pages/times.ts';
import {
  deviceWords,
  endReasonSentence,
  methodsWords,
  sentenceOf,
  toneOfEnd,
  toneOfEvent,
} from '../src/pages/words.ts';
import { sampleSession } from './pages-samples-session.ts';

// Typed so by the table that Object.keys forgets.
const codes = Object.keys(refusals) as RefusalCode[];

test('every end reason has a sentence of its own', () => {
  const sentences = endReasons.map(endReasonSentence);
  for (const sentence of sentences) assert.match(sentence, /^\p{Lu}.+\.$/u);
  assert.equal(new Set(sentences).size, endReasons.length);
});

test('every audit event has a sentence of its own', () => {
  const sentences = auditEventTypes.map(sentenceOf);
  for (const sentence of sentences) assert.match(sentence, /^\p{Lu}.+\.$/u);
  assert.equal(new Set(sentences).size, auditEventTypes.length);
});

test('no sentence shows a word of the machine', () => {
  const sentences = [...endReasons.map(endReasonSentence), ...auditEventTypes.map(sentenceOf)];
  sentences.push(...openIdScopes.map((scope) => scopeSentence(scope)));
  for (const code of codes) sentences.push(problemOf(code, { page: 'account' }).sentence);
  for (const sentence of sentences) assert.doesNotMatch(sentence, /[_{}<>]|undefined|null|NaN|\w\.\w/);
});

test('a stolen token is what draws the eye, and an unknown event does not', () => {
  assert.equal(toneOfEnd('refresh-reuse'), 'alarming');
  assert.equal(toneOfEvent('session.reuse-detected'), 'alarming');
  assert.equal(toneOfEnd('code-replayed'), 'alarming');
  assert.equal(toneOfEvent('code.replayed'), 'alarming');
  assert.equal(toneOfEvent('constructor'), 'quiet');
});

const pages = [
  'sign-in',
  'sign-up',
  'link',
  'account',
  'step-up',
  'device',
  'second-factor',
  'enrol',
  'totp',
  'choose-session',
  'recover',
  'reset',
  'mail-link',
] as const;
test('every refusal has words on every page', () => {
  for (const code of codes) {
    for (const page of pages) {
      assert.match(problemOf(code, { page }).sentence, /^\p{Lu}.+\.$/u, `${code} on ${page}`);
    }
  }
});

test('a refused sign-in points at both fields, so that neither is given away', () => {
  assert.deepEqual(problemOf('invalid_credentials', { page: 'sign-in' }).fields, ['identifier', 'password']);
});

test('a short password is told how long it must be', () => {
  const { sentence } = problemOf('password_too_short', { page: 'sign-up', minLength: 15 });
  assert.match(sentence, /at least 15 characters/);
});

test('a slowed-down person is told how long to wait, never too short', () => {
  const page = signInPage({
    formToken: 't',
    refusal: 'slow_down',
    retryAfterSeconds: 121,
  });
  assert.match(page, /try again in 3 minutes/);
  assert.deepEqual([0, 1, 89, 90, 5400, 5401].map(durationWords), [
    '1 second',
    '1 second',
    '89 seconds',
    '2 minutes',
    '90 minutes',
    '2 hours',
  ]);
});

test('how long a device is remembered is said in days where they are more than one', () => {
  assert.deepEqual([1800, 86_400, 2 * 86_400, 30 * 86_400].map(spanWords), [
    '30 minutes',
    '24 hours',
    '2 days',
    '30 days',
  ]);
});

test('distances in time read as people say them', () => {
  const minute = 60_000;
  const words = [-44_000, 44_000, -minute, 59.6 * minute, -23.7 * 60 * minute, 400 * 24 * 60 * minute];
  assert.deepEqual(words.map(relativeWords), [
    'just now',
    'in a moment',
    '1 minute ago',
    'in 1 hour',
    '1 day ago',
    'in 1 year',
  ]);
});

test('only RFC 3339 counts as a time', () => {
  assert.equal(instantOf('1970-01-01T00:00:01Z'), 1000);
  assert.equal(instantOf('1970-01-01T01:00:01.500+01:00'), 1500);
  for (const text of ['1', '2025', 'now', '2025-13-40T99:00:00Z', '']) assert.equal(instantOf(text), null);
});

test('a device without a name is called by what its browser claims to be', () => {
  const { device } = sampleSession(() => 'x');
  assert.equal(deviceWords({ ...device, name: 'My laptop' }), 'My laptop');
  assert.equal(deviceWords({ ...device, name: '', browser: 'Firefox', os: 'Linux' }), 'Firefox on Linux');
  assert.equal(deviceWords({ ...device, name: '', browser: 'curl', os: null }), 'curl');
  assert.equal(deviceWords({ ...device, name: '', browser: null, os: null }), 'Unknown device');
});

test('every authentication method has words, and a summary says nothing beside what it sums up', () => {
  for (const method of authenticationMethods) assert.match(methodsWords([method]), /^[a-z][a-z -]+$/, method);
  assert.equal(methodsWords([]), '');
  assert.equal(methodsWords(['pwd', 'otp', 'mfa']), 'password and one-time code');
  assert.equal(methodsWords(['swk', 'user', 'mfa']), 'passkey');
  assert.equal(methodsWords(['fed', 'pwd', 'otp', 'mfa']), 'another provider (password and one-time code)');
  assert.equal(methodsWords(['fed']), 'another provider');
});

test('a scope of ours is explained, and one of an application is shown as it is spelt', () => {
  const sentences = openIdScopes.map((scope) => scopeSentence(scope));
  assert.equal(new Set(sentences).size, openIdScopes.length);
  for (const sentence of sentences) assert.match(sentence, /^\p{Lu}.+\.$/u);
  assert.equal(scopeSentence('notes.read', 'Notes API'), 'Do what Notes API calls “notes.read”.');
  assert.equal(scopeSentence('constructor'), 'Do what the application calls “constructor”.');
});

test('a refusal that speaks of a provider names it where it is known', () => {
  for (const refusal of ['provider_refused', 'provider_unreachable', 'account_not_linked'] as const) {
    assert.match(problemOf(refusal, { page: 'sign-in', providerName: 'Corp' }).sentence, /Corp/, refusal);
  }
});

test('whoever comes with a session that is over reads why, where they cannot know it', () => {
  const knownAlready = [
    'signed-out',
    'replaced',
    'stepped-up',
    'user-disabled',
    'user-erased',
    'tenant-suspended',
  ];
  for (const ended of endReasons) {
    const page = signInPage({ formToken: 'token', notice: 'session-ended', ended });
    const saysNothing = page.includes('Your session has ended. Sign in again to go on.');
    assert.equal(saysNothing, knownAlready.includes(ended), ended);
  }
});
