import { type AuditEventType, auditEventTypes, endReasons, type RefusalCode } from '@argus/contract';
import { accountPage } from '../src/pages/account.ts';
import { erasedPage, erasePage } from '../src/pages/account-erasure.ts';
import type { AccountNotice, AccountView } from '../src/pages/account-view.ts';
import { closedPage, deadInvitationPage, invitationPage } from '../src/pages/invitation.ts';
import { linkPage } from '../src/pages/link.ts';
import { messagePage } from '../src/pages/message.ts';
import { type SignInNotice, signInPage } from '../src/pages/sign-in.ts';
import { signUpPage } from '../src/pages/sign-up.ts';
import { sentenceOf } from '../src/pages/words.ts';
import {
  sampleApplications,
  sampleIdentities,
  sampleOAuthPages,
  sampleProviders,
} from './pages-samples-oauth.ts';
import { sampleAuthenticators, sampleProofPages } from './pages-samples-proofs.ts';
import { sampleSession, type Texts } from './pages-samples-session.ts';

const now = '2025-11-23T14:31:00.000Z';
const earlier = '2025-11-23T12:57:00.000Z';
const later = '2025-11-23T14:57:00.000Z';
const latest = '2025-11-24T00:57:00.000Z';

/** A full account page: other sessions, each end reason, each event type. */
export function sampleAccount(text: Texts, change: Partial<AccountView> = {}): AccountView {
  return {
    formToken: text(),
    user: { email: text(), name: text(), roles: ['admin', text()] },
    current: {
      ...sampleSession(text),
      current: true,
      limitedBy: text(),
      idleExpiresAt: later,
      absoluteExpiresAt: latest,
    },
    sessions: [sampleSession(text), sampleSession(text)],
    nextCursor: text(),
    applications: sampleApplications(text),
    nextApplications: text(),
    identities: sampleIdentities(text),
    providers: sampleProviders(text),
    history: endReasons.map((reason) => sampleSession(text, reason)),
    events: auditEventTypes.map((type: AuditEventType, index) => ({
      time: earlier,
      type,
      sentence: index % 2 === 0 ? sentenceOf(type) : text(),
      ip: index % 3 === 0 ? null : text(),
    })),
    rule: { minLength: 15, composition: 'none' },
    now,
    ...change,
  };
}

const notices: readonly SignInNotice[] = [
  'account-ready',
  'signed-out',
  'session-ended',
  'password-changed',
  'cookies-needed',
  'email-verified',
  'email-changed',
  'verify-email',
  'recovery-stopped',
  'changes-undone',
  'sign-in-expired',
  'password-reset',
  'more-needed',
];
const accountNotices: readonly AccountNotice[] = [
  'passkey-added',
  'passkey-removed',
  'authenticator-renamed',
  'totp-added',
  'totp-removed',
  'codes-kept',
  'email-verified',
  'email-changed',
  'verification-sent',
  'email-change-sent',
];
const passwordRefusals: readonly RefusalCode[] = ['password_too_short', 'conflict'];

/** Every page in its states, by name; free texts come from `text`. */
export function samplePages(text: Texts): Readonly<Record<string, string>> {
  const formToken = text();
  const signIn = { formToken, identifier: text(), returnTo: text() };
  const signUp = {
    formToken,
    email: text(),
    name: text(),
    rule: { minLength: 15, composition: 'none' as const },
  };
  const short = { history: [], events: [] };
  const link = {
    formToken,
    token: text(),
    email: text(),
    rule: { minLength: 15, composition: 'none' as const },
  } as const;
  const pages: Record<string, string> = {
    'sign-in': signInPage({ formToken }),
    'sign-in that may last': signInPage({ formToken, staySeconds: 30 * 86_400 }),
    'sign-in refused': signInPage({ ...signIn, refusal: 'invalid_credentials' }),
    'sign-in slowed down': signInPage({ ...signIn, refusal: 'slow_down', retryAfterSeconds: 95 }),
    'sign-up': signUpPage({ formToken, rule: { minLength: 15, composition: 'none' as const } }),
    administrator: linkPage({ ...link, kind: 'first-administrator' }),
    'administrator without address': linkPage({ ...link, kind: 'first-administrator', email: undefined }),
    invitation: linkPage({ ...link, kind: 'invitation' }),
    erase: erasePage({ formToken, email: text() }),
    'erase, another address': erasePage({ formToken, email: text(), refusal: 'invalid_request' }),
    'erase, last owner': erasePage({ formToken, email: text(), refusal: 'last_owner' }),
    erased: erasedPage(),
    'accept invitation': invitationPage({ ...link, offersPassword: true, offersPasskey: true }),
    'accept invitation, short password': invitationPage({
      ...link,
      name: text(),
      offersPassword: true,
      offersPasskey: false,
      refusal: 'password_too_short',
    }),
    'accept invitation by passkey': invitationPage({ ...link, offersPassword: false, offersPasskey: true }),
    'accept invitation, account there': invitationPage({
      ...link,
      offersPassword: true,
      offersPasskey: true,
      refusal: 'conflict',
    }),
    'dead invitation': deadInvitationPage(),
    closed: closedPage(),
    'sign-in without sign-up': signInPage({ formToken, offersSignUp: false }),
    'dead link': linkPage({ ...link, kind: 'invitation', refusal: 'link_invalid' }),
    message: messagePage({ title: text(), message: text(), action: { href: text(), label: text() } }),
    'bare message': messagePage({ title: text(), message: text() }),
    account: accountPage(sampleAccount(text)),
    'empty account': accountPage(
      sampleAccount(text, {
        sessions: [],
        nextCursor: null,
        applications: [],
        nextApplications: null,
        identities: [],
        history: [],
        events: [],
        notice: 'others-ended',
      }),
    ),
    'account without password': accountPage(sampleAccount(text, { ...short, hasPassword: false })),
    'account, wrong password': accountPage(sampleAccount(text, { ...short, refusal: 'invalid_credentials' })),
    'account, short password': accountPage(sampleAccount(text, { ...short, refusal: 'password_too_short' })),
    'account, expired form': accountPage(sampleAccount(text, { ...short, refusal: 'form_expired' })),
  };
  for (const notice of notices) pages[`sign-in, ${notice}`] = signInPage({ formToken, notice });
  for (const refusal of passwordRefusals) pages[`sign-up, ${refusal}`] = signUpPage({ ...signUp, refusal });
  return { ...pages, ...sampleOAuthPages(text), ...sampleProofPages(text), ...accountStates(text) };
}

function accountStates(text: Texts): Record<string, string> {
  const short = { history: [], events: [], sessions: [], nextCursor: null };
  const ways = { ...short, ...sampleAuthenticators(text), isEmailVerified: false };
  const account = (change: Partial<AccountView>) => accountPage(sampleAccount(text, change));
  const pages: Record<string, string> = {
    'account with every way in': account(ways),
    'account with a password only': account({
      ...short,
      authenticators: [{ kind: 'password', changedAt: earlier }],
      isEmailVerified: true,
    }),
    'account, last way in': account({ ...ways, refusal: 'last_way_in' }),
    'account, too many passkeys': account({ ...ways, refusal: 'too_many_authenticators' }),
    'account, passkey refused': account({ ...ways, refusal: 'passkey_refused' }),
  };
  for (const notice of accountNotices) pages[`account, ${notice}`] = account({ ...short, notice });
  return pages;
}

/** Believable texts, long and short, so that layouts are met as people will meet them. */
export function believable(): Texts {
  const texts = [
    'Chrome on Windows',
    'ada@example.org',
    '2001:db8:85a3:8d3:1319:8a2e:370:7348',
    'Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh the Third of Somewhere',
    'notes',
  ];
  let at = 0;
  return () => texts[at++ % texts.length] ?? '';
}
