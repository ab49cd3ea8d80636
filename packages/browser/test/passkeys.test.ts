import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import {
  addPasskey,
  passkeySupport,
  removePasskey,
  renamePasskey,
  signInWithPasskey,
  stepUpWithPasskey,
} from '../src/passkeys/index.ts';
import {
  creationOptions,
  credential,
  fakePasskeys,
  refused,
  requestOptions,
  stand,
  waiting,
} from './fake-passkeys.ts';

const signInOptions = {
  'POST /api/sign-in/passkey/options': () => Response.json({ options: requestOptions }),
};
const signedIn = {
  ...signInOptions,
  'POST /api/sign-in/passkey': () => Response.json({ state: 'signed-in' }),
};
const addOptions = {
  'POST /api/authenticators/passkeys/options': () => Response.json({ options: creationOptions }),
};
const given = async () => credential;
const failing = (name: string) => async () => Promise.reject(new DOMException('', name));

describe('signing in with a passkey', () => {
  test('asks with the options of Argus, sends what came, and has the session read again', async () => {
    const { session, asked, calls, checks } = fakePasskeys(given, signedIn);
    const answer = await signInWithPasskey({ session });
    assert.equal(answer.state, 'signed-in');
    assert.deepEqual(asked[0]?.publicKey.challenge, Uint8Array.from([255, 239]));
    const parts = { clientDataJSON: '_-8', authenticatorData: 'Ag', signature: 'Aw' };
    const sent = { id: 'AQID', rawId: 'AQID', type: 'public-key', response: parts };
    assert.deepEqual(calls[1]?.body, { credential: { ...sent, clientExtensionResults: {} } });
    assert.equal(checks(), 1);
  });

  test('that takes more is no session yet', async () => {
    const { session, checks } = fakePasskeys(given, {
      ...signInOptions,
      'POST /api/sign-in/passkey': () => Response.json({ state: 'second-factor', methods: ['password'] }),
    });
    assert.equal((await signInWithPasskey({ session })).state, 'second-factor');
    assert.equal(checks(), 0);
  });

  test('tells a refusal with its code and how long to wait', async () => {
    const { session } = fakePasskeys(given, {
      ...signInOptions,
      'POST /api/sign-in/passkey': () => refused(429, 'slow_down'),
    });
    const error = { code: 'refused', refusal: 'slow_down', status: 429, retryAfterSeconds: 7 };
    await assert.rejects(signInWithPasskey({ session }), error);
  });

  test('tells what is the matter when nothing came', async () => {
    for (const [name, code] of [
      ['NotAllowedError', 'cancelled'],
      ['NotSupportedError', 'not-supported'],
      ['SecurityError', 'not-supported'],
    ] as const) {
      const { session } = fakePasskeys(failing(name), signedIn);
      await assert.rejects(signInWithPasskey({ session }), { code }, name);
    }
    const offline = fakePasskeys(given, {});
    await assert.rejects(signInWithPasskey({ session: offline.session }), { code: 'unreachable' });
    stand('PublicKeyCredential', undefined);
    await assert.rejects(signInWithPasskey({ session: offline.session }), { code: 'not-supported' });
  });

  test('rejects with the reason of its signal', async () => {
    const { session } = fakePasskeys(waiting, signedIn);
    const abort = new AbortController();
    const failed = assert.rejects(signInWithPasskey({ session, signal: abort.signal }), {
      message: 'enough',
    });
    abort.abort(new Error('enough'));
    await failed;
  });
});

describe('the offer in the autofill', () => {
  test('is taken back for a question that the person asked for', async () => {
    stand('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }));
    const { session, asked } = fakePasskeys(
      (one) => (one.mediation === 'conditional' ? waiting(one) : given()),
      signedIn,
    );
    const offer = assert.rejects(signInWithPasskey({ session, conditional: true }), { code: 'cancelled' });
    while (asked.length === 0) await Promise.resolve();
    assert.equal((await signInWithPasskey({ session })).state, 'signed-in');
    await offer;
  });

  test('is renewed before its challenge ends, but not while the page is out of sight', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const page = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
    stand('document', page);
    const { session, asked } = fakePasskeys((one) => (asked.length > 1 ? given() : waiting(one)), signedIn);
    const answer = signInWithPasskey({ session, conditional: true });
    while (asked.length === 0) await Promise.resolve();
    mock.timers.tick(10 * 60_000);
    assert.equal(asked[0]?.signal.aborted, false);
    page.visibilityState = 'visible';
    page.dispatchEvent(new Event('visibilitychange'));
    assert.equal((await answer).state, 'signed-in');
    assert.equal(asked.length, 2);
    mock.timers.reset();
  });
});

describe('a passkey of a signed-in person', () => {
  test('is added under its name', async () => {
    const { session, calls, asked } = fakePasskeys(given, {
      ...addOptions,
      'POST /api/authenticators/passkeys': () =>
        Response.json({ authenticator: {}, recoveryCodes: ['a'] }, { status: 201 }),
    });
    const added = await addPasskey({ session, name: 'Laptop' });
    assert.deepEqual(added.recoveryCodes, ['a']);
    assert.partialDeepStrictEqual(calls[1]?.body, { name: 'Laptop' });
    assert.partialDeepStrictEqual(asked[0]?.publicKey.user, { id: Uint8Array.from([1]) });
  });

  test('is not added twice on one device', async () => {
    const { session } = fakePasskeys(failing('InvalidStateError'), addOptions);
    await assert.rejects(addPasskey({ session }), { code: 'already-registered' });
  });

  test('is not added without a fresh proof', async () => {
    const { session } = fakePasskeys(given, {
      'POST /api/authenticators/passkeys/options': () => refused(401, 'insufficient_user_authentication'),
    });
    const error = { code: 'refused', refusal: 'insufficient_user_authentication' };
    await assert.rejects(addPasskey({ session }), error);
  });

  test('makes the session fresh, and who has none is told so', async () => {
    const { session, checks } = fakePasskeys(given, {
      'POST /api/step-up/options': () => Response.json({ passkey: requestOptions }),
      'POST /api/step-up/passkey': () => Response.json({ state: 'signed-in' }),
    });
    await stepUpWithPasskey({ session });
    assert.equal(checks(), 1);
    const without = fakePasskeys(given, {
      'POST /api/step-up/options': () => Response.json({ passkey: null }),
    });
    await assert.rejects(stepUpWithPasskey({ session: without.session }), { code: 'no-passkey' });
  });
});

describe('the browser hears which passkeys still count', () => {
  const list = { authenticators: [{ kind: 'password' }, { kind: 'passkey', credentialId: 'BBBB' }] };
  const about = { rpId: 'notes.example', userId: 'AAAAAAAAcACAAAAAAAAA_w' };
  const told = [
    { method: 'accepted', about: { ...about, allAcceptedCredentialIds: ['BBBB'] } },
    { method: 'user', about: { ...about, name: 'ada@example.org', displayName: 'Ada' } },
  ];
  const common = {
    'POST /api/step-up/options': () => Response.json({ passkey: requestOptions }),
    'GET /api/authenticators': () => Response.json(list),
  };

  test('after one was taken away', async () => {
    const { session, signals } = fakePasskeys(given, {
      ...common,
      'DELETE /api/authenticators/1': () => new Response(null, { status: 204 }),
    });
    await removePasskey({ session, id: '1' });
    assert.deepEqual(signals, told);
  });

  test('after one got another name, and a failure of it is nobody’s', async () => {
    const renamed = { 'PATCH /api/authenticators/1': () => new Response(null, { status: 204 }) };
    const { session, signals } = fakePasskeys(given, { ...common, ...renamed });
    await renamePasskey({ session, id: '1', name: 'Phone' });
    assert.deepEqual(signals, told);
    await renamePasskey({ session: fakePasskeys(given, renamed).session, id: '1', name: 'Phone' });
  });

  test('but not of one that stayed', async () => {
    const { session, signals } = fakePasskeys(given, {
      ...common,
      'DELETE /api/authenticators/1': () => refused(409, 'last_way_in'),
    });
    await assert.rejects(removePasskey({ session, id: '1' }), { code: 'refused', refusal: 'last_way_in' });
    assert.deepEqual(signals, []);
  });
});

test('what the browser can do is told, and what cannot be found out counts as no', async () => {
  fakePasskeys(given, {});
  const expected = { isSupported: true, hasPlatformAuthenticator: true, canAutofill: false };
  assert.deepEqual(await passkeySupport(), expected);
  stand('PublicKeyCredential', undefined);
  const nothing = { isSupported: false, hasPlatformAuthenticator: false, canAutofill: false };
  assert.deepEqual(await passkeySupport(), nothing);
});
