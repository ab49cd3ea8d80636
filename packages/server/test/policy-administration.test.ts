import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { presetNames } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { told } from './admin-stage.ts';
import { type PolicyDesk, placesOf, policyDesk } from './policy-stage.ts';
import { administrator, holdings, openStage, someone } from './stage.ts';

let server: TestServer;
let desk: PolicyDesk;
let elsewhere: PolicyDesk;
before(async () => {
  server = await openStage();
  desk = await policyDesk(server);
  elsewhere = await policyDesk(server, 'other');
});
after(() => server[Symbol.asyncDispose]());

/** Nothing became different, and no line says that something did. */
async function changingNothing<T>(work: () => Promise<T>): Promise<T> {
  const before = await holdings(server);
  const outcome = await work();
  assert.deepEqual(await holdings(server), before);
  return outcome;
}

test('where nobody decided anything, the first version is the preset balanced', async () => {
  const { status, body, headers } = await elsewhere.show();
  assert.deepEqual([status, headers.get('etag')], [200, '"1"']);
  const { createdAt: _, ...rest } = body;
  assert.deepEqual(rest, {
    version: 1,
    author: null,
    note: null,
    restoredFrom: null,
    document: { preset: 'balanced', overrides: [] },
    difference: [],
    warnings: [],
  });
});

test('a policy is put in force as the next version, with author, note and what is different', async () => {
  const { headers: before } = await desk.show();
  const document = { session: { idleMinutes: 20 }, overrides: [] };
  const how = { ifMatch: before.get('etag'), note: 'Shorter, as agreed' };
  const { status, body, headers } = await desk.set(document, how);
  assert.deepEqual([status, headers.get('etag')], [200, '"2"']);
  assert.deepEqual(
    [body.version, body.author, body.note, body.restoredFrom],
    [2, 'operator', 'Shorter, as agreed', null],
  );
  assert.deepEqual(body.document, { preset: 'balanced', ...document });
  assert.deepEqual(body.difference, [{ path: 'session.idleMinutes', before: 30, after: 20 }]);
  assert.deepEqual((await desk.show()).body, body);
  const [line] = await told(desk.operator, 'policy.changed');
  assert.deepEqual(line.details, {
    version: 2,
    difference: body.difference,
    differences: 1,
    note: 'Shorter, as agreed',
  });
});

test('the same policy again makes no version and no line in the log', async () => {
  const { body } = await desk.show();
  const again = await changingNothing(() => desk.set(body.document));
  assert.deepEqual([again.status, again.body], [200, body]);
});

describe('a change must say which version it follows:', () => {
  const document = { session: { idleMinutes: 25 } };
  const cases: readonly [what: string, tag: (version: number) => string | null, status: number][] = [
    ['none is refused', () => null, 428],
    ['an earlier one is refused', (version) => `"${version - 1}"`, 412],
    ['a later one is refused', (version) => `"${version + 1}"`, 412],
    ['a weak tag never matches', (version) => `W/"${version}"`, 412],
    ['a bare number is no tag', (version) => String(version), 412],
    ['an empty one is refused', () => '', 412],
  ];
  for (const [what, tag, status] of cases) {
    test(what, async () => {
      const ifMatch = tag(await desk.version());
      const { body } = await changingNothing(() => desk.set(document, { ifMatch }));
      assert.equal(body.status, status);
      if (ifMatch === null) return;
      const restored = await changingNothing(() => desk.restore(1, ifMatch));
      assert.equal(restored.status, status);
    });
  }

  test('one of several is enough', async () => {
    const version = await desk.version();
    const { status, body } = await desk.set(document, { ifMatch: `"99", "${version}"` });
    assert.deepEqual([status, body.version], [200, version + 1]);
  });
});

test('of twenty who change the same version at once, exactly one wins', async () => {
  const version = await desk.version();
  const documents = Array.from({ length: 20 }, (_, at) => ({ session: { idleMinutes: at + 1 } }));
  const replies = await Promise.all(documents.map((each) => desk.set(each, { ifMatch: `"${version}"` })));
  const won = replies.filter(({ status }) => status === 200);
  assert.equal(won.length, 1);
  assert.equal(replies.filter(({ status }) => status === 412).length, 19);
  const { body } = await desk.show();
  assert.deepEqual([body.version, body.document], [version + 1, won[0]?.body.document]);
  const lines = await told(desk.operator, 'policy.changed');
  assert.equal(lines.filter(({ details }) => details.version === version + 1).length, 1);
});

describe('what is wrong with a policy is told all at once, and changes nothing:', () => {
  const cases: readonly [what: string, document: object, errors: readonly [string, RegExp][]][] = [
    [
      'values out of their range',
      {
        session: { idleMinutes: 0, concurrent: { max: 1.5, onLimit: 'youngest' } },
        tokens: { accessMinutes: 90 },
      },
      [
        ['body.session.idleMinutes', /from 1 to 43200, or null for no limit/],
        ['body.session.concurrent.max', /whole number from 1 to 1000/],
        ['body.session.concurrent.onLimit', /one of ask, oldest, least-recently-active, lowest-trust, deny/],
        ['body.tokens.accessMinutes', /from 1 to 60/],
      ],
    ],
    [
      'keys that nobody knows',
      { sesion: {}, session: { idle: 3 }, overrides: [{ when: { roles: 'a' }, set: {} }] },
      [
        ['body.session.idle', /not known/],
        ['body.overrides.0.when.roles', /not known/],
        ['body.sesion', /not known/],
      ],
    ],
    [
      'numbers looser than the standard whose name it bears',
      { preset: 'pci-dss', session: { idleMinutes: 20 }, authentication: { lockout: { failures: 12 } } },
      [
        ['body.session.idleMinutes', /looser than pci-dss allows: 15 \(PCI DSS 4\.0\.1 8\.2\.8\)/],
        ['body.authentication.lockout.failures', /looser than pci-dss allows: 10/],
      ],
    ],
    [
      'what contradicts itself, for everybody or for some',
      {
        session: { idleMinutes: 120, absoluteHours: 1 },
        overrides: [
          { when: { role: 'a' }, set: {} },
          { when: { role: 'b' }, set: { tokens: { algorithm: 'ES256' } } },
        ],
      },
      [
        ['body.session.idleMinutes', /longer than the session may live/],
        ['body.overrides.0.set', /sets nothing/],
        ['body.overrides.1.set.tokens.algorithm', /for the tenant as a whole only/],
      ],
    ],
    [
      'names that no log can show',
      { overrides: [{ when: { role: 'a\u0000b' }, set: { session: { idleMinutes: 5 } } }] },
      [['body.overrides.0.when.role', /control characters/]],
    ],
  ];
  for (const [what, document, expected] of cases) {
    test(what, async () => {
      const { status, body } = await changingNothing(() => desk.set(document));
      assert.deepEqual([status, body.code], [400, 'invalid_request']);
      assert.deepEqual(
        new Set(body.errors.map(({ path }: { path: string }) => path)),
        new Set(expected.map(([path]) => path)),
      );
      for (const [path, words] of expected)
        assert.match(body.errors.find((each: { path: string }) => each.path === path).message, words);
    });
  }
});

test('what can be saved but changes nothing for anybody is warned of', async () => {
  const document = { overrides: [{ when: { role: 'editor' }, set: { session: { idleMinutes: 60 } } }] };
  const { status, body } = await desk.set(document);
  assert.equal(status, 200);
  assert.deepEqual(
    body.warnings.map(({ path }: { path: string }) => path),
    ['overrides.0.set.session.idleMinutes'],
  );
});

describe('a plan', () => {
  const plan = (name: string) =>
    server.argus.services.store.pool.query("UPDATE tenants SET plan = $1 WHERE id = 'other'", [name]);
  const stood = { devices: { minTrust: 10 }, risk: { mode: 'report-only' } };

  test('refuses what takes an add-on that the tenant does not have, and names it', async () => {
    await plan('professional');
    const { status, body } = await changingNothing(() => elsewhere.set(stood));
    assert.deepEqual([status, body.code, body.addOn], [403, 'not_in_plan', 'multi-device-management']);
    assert.deepEqual(placesOf({ body, status, headers: new Headers() }), [
      'body.devices.minTrust',
      'body.risk.mode',
    ]);
  });

  test('that became smaller keeps what stood, and takes no more', async () => {
    await plan('enterprise');
    assert.equal((await elsewhere.set(stood)).status, 200);
    await plan('professional');
    const kept = { ...stood, session: { idleMinutes: 10 } };
    assert.equal((await elsewhere.set(kept)).status, 200);
    const more = await changingNothing(() => elsewhere.set({ ...kept, risk: { mode: 'enforce' } }));
    assert.deepEqual([more.body.code, more.body.addOn], ['not_in_plan', 'advanced-threat-detection']);
    await plan('enterprise');
  });
});

describe('an earlier version', () => {
  test('is brought back as a new one, and says which it was', async () => {
    const earlier = (await desk.show()).body;
    await desk.set({ preset: 'relaxed' });
    const version = await desk.version();
    const { status, body } = await desk.restore(earlier.version, `"${version}"`);
    assert.deepEqual([status, body.version, body.restoredFrom], [200, version + 1, earlier.version]);
    assert.deepEqual(body.document, earlier.document);
    const [line] = await told(desk.operator, 'policy.changed');
    assert.equal(line.details.restoredFrom, earlier.version);
  });

  test('may be the first, which nobody wrote', async () => {
    const { body } = await desk.restore(1);
    assert.deepEqual([body.restoredFrom, body.document], [1, { preset: 'balanced', overrides: [] }]);
  });

  test('must be there', async () => {
    const missing = await changingNothing(() => desk.restore(9_999));
    assert.equal(missing.status, 404);
  });

  test('is refused where it says what may no longer be said', async () => {
    const { pool } = server.argus.services.store;
    const version = await elsewhere.version();
    await elsewhere.set({ session: { idleMinutes: 11 } });
    await pool.query(`UPDATE policies SET document = $2 WHERE tenant_id = 'other' AND version = $1`, [
      version,
      JSON.stringify({ preset: 'pci-dss', session: { idleMinutes: 60 } }),
    ]);
    const refused = await changingNothing(() => elsewhere.restore(version));
    assert.deepEqual([refused.status, placesOf(refused)], [400, ['body.session.idleMinutes']]);
  });
});

test('the presets are told with all that they set, and where each number comes from', async () => {
  const { body } = await desk.operator('adminListPolicyPresets');
  const { presets } = body;
  assert.deepEqual(
    presets.map(({ name }: { name: string }) => name),
    [...presetNames],
  );
  const pci = presets.find(({ name }: { name: string }) => name === 'pci-dss');
  assert.deepEqual([pci.isFloor, pci.settings.session.idleMinutes], [true, 15]);
  assert.equal(pci.sources['session.idleMinutes'], 'PCI DSS 4.0.1 8.2.8');
  // What it says nothing of is there as well.
  assert.equal(pci.settings.tokens.accessMinutes, 5);
});

test('another tenant sees and changes nothing of this one', async () => {
  const home = (await desk.show()).body;
  const { body } = await elsewhere.set({ session: { idleMinutes: 13 } });
  assert.deepEqual(body.document.session, { idleMinutes: 13 });
  assert.deepEqual((await desk.show()).body, home);
  const versions = (await elsewhere.operator('adminListPolicyVersions')).body.versions;
  assert.equal(versions[0].version, body.version);
  const beyond = String(body.version + 1);
  assert.ok(home.version > body.version, 'this tenant has a version of that number');
  const asked = await elsewhere.operator('adminShowPolicyVersion', { params: { version: beyond } });
  assert.equal(asked.status, 404);
  assert.equal((await elsewhere.restore(home.version)).status, 404);
});

test('a tenant that does not exist has no policy', async () => {
  const nowhere = (name: Parameters<typeof desk.operator>[0], sending = {}) =>
    desk.operator(name, { ...sending, query: { tenant: 'nowhere' } });
  const headers = { 'if-match': '*' };
  assert.equal((await nowhere('adminShowPolicy')).status, 404);
  assert.equal((await nowhere('adminSetPolicy', { headers, body: {} })).status, 404);
  assert.equal((await nowhere('adminShowEffectivePolicy')).status, 404);
  assert.deepEqual((await nowhere('adminListPolicyVersions')).body.versions, []);
});

describe('who administers:', () => {
  test('an administrator is the author', async () => {
    const admin = await administrator(server);
    const headers = { 'if-match': '*' };
    const body = { session: { idleMinutes: 17 } };
    const reply = await admin.browser.call('adminSetPolicy', { headers, body });
    assert.equal(reply.body.author, `administrator:${admin.userId}`);
  });

  test('an auditor looks and changes nothing; the help desk does not look', async () => {
    const { pool } = server.argus.services.store;
    for (const [role, looks] of [
      ['auditor', 200],
      ['help-desk', 403],
    ] as const) {
      const { browser, userId } = await someone(server);
      await pool.query('UPDATE users SET roles = ARRAY[$2] WHERE id = $1', [userId, role]);
      for (const name of ['adminShowPolicy', 'adminListPolicyVersions', 'adminShowEffectivePolicy'] as const)
        assert.equal((await browser.call(name)).status, looks, `${role} ${name}`);
      const version = await desk.version();
      const headers = { 'if-match': '*' };
      const change = await browser.call('adminSetPolicy', { headers, body: { preset: 'strict' } });
      const params = { version: '1' };
      const restore = await browser.call('adminRestorePolicy', { params, headers, body: {} });
      assert.deepEqual([change.status, restore.status], [403, 403], role);
      assert.equal(await desk.version(), version);
    }
  });
});
