import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Endpoint, endpoints } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { chrome } from '@argus/testing/user-agent';
import { assertConforms } from './conforms.ts';
import { declareSamples, type EndpointName, filledPath, plainNames, sampleOf, withQuery } from './routes.ts';
import {
  cookieHeader,
  type Exactly,
  exactly,
  holdings,
  openStage,
  ownOrigin,
  type Person,
  someone,
  withKey,
} from './stage.ts';

let server: TestServer;
let person: Person;
let target: Person;
let key: Readonly<Record<string, string>>;
before(async () => {
  server = await openStage();
  person = await someone(server);
  target = await someone(server);
  key = await withKey(server);
  await declareSamples(server, { person, target });
});
after(() => server[Symbol.asyncDispose]());

const names = plainNames;
const withBody = names.filter((name) => 'body' in endpoints[name]);

type Headers = Readonly<Record<string, string>>;

/** A request as its rightful caller would send it, but for what the test puts in. */
function send(
  name: EndpointName,
  put: { body?: string | Buffer; query?: string; path?: string; headers?: Headers },
) {
  const { method, path, headers } = sampleOf(name, { person, target });
  const endpoint: Endpoint = endpoints[name];
  const caller =
    endpoint.caller === 'operator' ? key : { origin: ownOrigin, cookie: cookieHeader(person.browser) };
  return exactly(server, {
    method,
    path: withQuery(put.path ?? path, put.query ?? ''),
    headers: {
      'user-agent': chrome,
      'content-type': 'application/json',
      ...headers,
      ...caller,
      ...put.headers,
    },
    ...(put.body === undefined ? {} : { body: put.body }),
  });
}

async function assertRefused(name: EndpointName, answer: Exactly, what: string, status = 400): Promise<void> {
  assert.equal(answer.status, status, `${name}, ${what}: ${answer.text.slice(0, 300)}`);
  assertConforms(name, answer);
}

/** Nothing happened, not even a line in the audit log. */
async function changingNothing(work: () => Promise<void>): Promise<void> {
  const before = await holdings(server);
  await work();
  assert.deepEqual(await holdings(server), before);
}

describe('a body that is no JSON object of the contract is refused, and changes nothing:', () => {
  const bodies: readonly [what: string, body: string | Buffer][] = [
    ['nothing', ''],
    ['a brace', '{'],
    ['a word', 'undefined'],
    ['NaN', '{"idleSeconds":NaN}'],
    ['single quotes', "{'a':1}"],
    ['a comma too many', '{"a":1,}'],
    ['a comment', '{} // {}'],
    ['two values', '{}{}'],
    ['null', 'null'],
    ['an array', '[]'],
    ['an array of what is right', '[{}]'],
    ['a text', '"{}"'],
    ['a number', '1e999'],
    ['a control character in a text', '{"a":"\n"}'],
    ['a form', 'identifier=a%40example.org&password=b'],
    ['XML', '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'],
    ['arrays 30,000 deep', '['.repeat(30_000) + ']'.repeat(30_000)],
    ['objects 10,000 deep', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['an array of 30,000', `[${'1,'.repeat(30_000)}1]`],
    ['10,000 unknown fields', `{${Array.from({ length: 5000 }, (_, at) => `"a${at}":1`).join(',')}}`],
    ['a field that every object has', '{"__proto__":{"isAdmin":true}}'],
    ['the constructor', '{"constructor":{"prototype":{"isAdmin":true}}}'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
    ['an overlong encoding', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['gzip', gzipSync('{}')],
  ];
  for (const name of withBody) {
    test(name, () =>
      changingNothing(async () => {
        for (const [what, body] of bodies) {
          if (body === '' && mayBeAbsent(name)) continue;
          await assertRefused(name, await send(name, { body }), what);
        }
      }),
    );
  }
});

/** Whether the contract takes the call without a body too. */
function mayBeAbsent(name: EndpointName): boolean {
  const { body }: Endpoint = endpoints[name];
  return body?.safeParse(undefined).success === true;
}

/** Every place of the sample's body that holds a text, with a function that puts something else there. */
function* texts(body: unknown): Generator<[path: string, put: (value: unknown) => unknown]> {
  if (typeof body === 'string') yield ['', (value) => value];
  if (typeof body !== 'object' || body === null) return;
  for (const [key, part] of Object.entries(body)) {
    for (const [path, put] of texts(part)) {
      const whole = (value: unknown) =>
        Array.isArray(body)
          ? body.map((each, at) => (String(at) === key ? put(value) : each))
          : { ...body, [key]: put(value) };
      yield [`${key}.${path}`, whole];
    }
  }
}

function bodyOf(name: EndpointName): unknown {
  const { body } = sampleOf(name, { person, target });
  const more = {
    signUp: { name: 'New' },
    useLink: { email: 'a@example.org', name: 'New' },
    adminCreateUser: { name: 'New', roles: ['a'] },
    adminCreateClient: {
      id: 'new',
      scopes: ['openid'],
      origins: ['https://new.example'],
      jwksUri: 'https://new.example/jwks',
    },
    adminCreateTenant: {
      name: 'New',
      hosts: ['new.example'],
      domains: ['new.example'],
      plan: 'professional',
      addOns: ['multi-device-management'],
    },
    adminDeclareProvider: { assurance: { aal2Acr: ['a'], aal2Amr: ['mfa'] } },
  };
  const declared = {
    resources: [{ tenant: 'default', id: 'https://applied.example/', name: 'New', scopes: ['a'] }],
    clients: [
      { tenant: 'default', id: 'applied', name: 'New', type: 'public', redirectUris: ['https://a.example/'] },
    ],
    providers: [
      {
        tenant: 'default',
        id: 'applied',
        name: 'New',
        issuer: 'https://a.example',
        clientId: 'a',
        clientSecret: 'a',
      },
    ],
  };
  const users = [
    { tenant: 'default', email: 'applied@example.org', name: 'New', password: 'x'.repeat(15), roles: ['a'] },
  ];
  if (name === 'adminApply') return { users, ...declared };
  return { ...(body as object), ...more[name as keyof typeof more] }; // bodies of the contract are objects
}

describe('a field of a wrong kind is refused with its place, and changes nothing:', () => {
  const wrong: readonly unknown[] = [1, true, null, [], {}, ['x'], 1.5, { toString: 'x' }];
  /** Null there says that there is none. */
  const mayBeNull = ['adminCreateTenant name.', 'adminChangeTenant name.'];
  for (const name of withBody) {
    test(name, () =>
      changingNothing(async () => {
        for (const [path, put] of texts(bodyOf(name))) {
          for (const value of wrong) {
            if (value === null && mayBeNull.includes(`${name} ${path}`)) continue;
            const answer = await send(name, { body: JSON.stringify(put(value)) });
            await assertRefused(name, answer, `${path} = ${JSON.stringify(value)}`);
            const [first] = JSON.parse(answer.text).errors;
            assert.ok(first.path.startsWith('body'), answer.text);
          }
        }
      }),
    );

    test(`${name}, with a field that the contract does not know`, () =>
      changingNothing(async () => {
        const body = JSON.stringify({ ...(bodyOf(name) as object), isAdmin: true });
        await assertRefused(name, await send(name, { body }), 'isAdmin');
      }));
  }
});

describe('text that cannot be kept or shown is refused or made harmless, never a fault:', () => {
  const escapes: readonly [what: string, escaped: string][] = [
    ['a lone high surrogate', '\\ud800'],
    ['a lone low surrogate', '\\udc00'],
    ['surrogates the wrong way round', '\\udc00\\ud800'],
  ];
  for (const name of withBody) {
    test(`${name}, lone surrogates: refused`, () =>
      changingNothing(async () => {
        for (const [path, put] of texts(bodyOf(name))) {
          for (const [what, escaped] of escapes) {
            const body = JSON.stringify(put('@@')).replace('"@@"', `"a${escaped}b"`);
            await assertRefused(name, await send(name, { body }), `${what} in ${path}`);
          }
        }
      }));
  }

  const odd = [
    'a\0b',
    '\0',
    '\u0001\u001f\u007f',
    '\u202eevil',
    '\ufeff',
    '\uffff',
    '🦚'.repeat(60),
    "'; DROP TABLE users; --",
  ];
  for (const name of withBody) {
    test(`${name}, NULs and other oddities: no fault`, async () => {
      for (const [, put] of texts(bodyOf(name))) {
        for (const value of odd) {
          const answer = await send(name, { body: JSON.stringify(put(value)) });
          assertConforms(name, answer);
        }
      }
      person = await someone(server);
    });
  }

  test('no control character has reached a name, an address or a role', async () => {
    const { rows } = await server.argus.services.store.pool.query(
      String.raw`SELECT count(*) AS odd FROM users WHERE concat_ws('', email, name, roles::text, groups::text) ~ '[\x01-\x1f\x7f]'`,
    );
    assert.equal(rows[0].odd, 0);
  });
});

describe('a field of a wrong length is refused, and changes nothing:', () => {
  const cases: readonly [name: EndpointName, what: string, body: object][] = [
    ['signUp', 'an address of 255', { email: `${'a'.repeat(243)}@example.org`, password: 'x'.repeat(15) }],
    ['signUp', 'a name of 101', { email: 'a@example.org', password: 'x'.repeat(15), name: 'x'.repeat(101) }],
    ['signUp', 'a password of 1,025', { email: 'a@example.org', password: 'x'.repeat(1025) }],
    ['signIn', 'a password of none', { identifier: 'a@example.org', password: '' }],
    ['signIn', 'an address of two', { identifier: 'a@', password: 'x' }],
    ['useLink', 'a token of 201', { token: 'x'.repeat(201), password: 'x'.repeat(15) }],
    ['refreshSession', 'idle for more than a year', { idleSeconds: 31_536_001 }],
    ['refreshSession', 'idle for less than nothing', { idleSeconds: -1 }],
    ['refreshSession', 'idle for half a second', { idleSeconds: 0.5 }],
    ['refreshSession', 'idle beyond all numbers', { idleSeconds: 1e308 }],
    ['adminCreateUser', '51 roles', { email: 'a@example.org', roles: Array(51).fill('a') }],
    ['adminCreateUser', 'a role of 65', { email: 'a@example.org', roles: ['a'.repeat(65)] }],
    ['adminChangeUser', 'a state that there is not', { status: 'deleted' }],
    ['adminChangeUser', '51 groups', { groups: Array(51).fill('a') }],
    ['adminChangeUser', 'a group of 101', { groups: ['a'.repeat(101)] }],
    ['adminApply', '1,001 tenants', { tenants: Array.from({ length: 1001 }, (_, at) => ({ id: `t${at}` })) }],
    [
      'adminApply',
      'one user twice',
      { users: Array(2).fill({ email: 'twice@example.org', password: 'x'.repeat(15) }) },
    ],
    ['adminApply', 'a tenant that is not there', { users: [{ tenant: 'nowhere', email: 'a@example.org' }] }],
  ];
  for (const [name, what, body] of cases) {
    test(`${name}, ${what}`, () =>
      changingNothing(async () =>
        assertRefused(name, await send(name, { body: JSON.stringify(body) }), what),
      ));
  }
});

describe('a query that is not of the contract is refused, and changes nothing:', () => {
  const queries = [
    '?limit=0',
    '?limit=101',
    '?limit=-1',
    '?limit=1.5',
    '?limit=abc',
    '?limit=',
    '?limit=1e9',
    '?limit=NaN',
    `?cursor=${'x'.repeat(201)}`,
    '?isAdmin=true',
    '?limit[]=1',
    '?__proto__[limit]=1',
    '?%00=1',
  ];
  const admin = [
    ...queries,
    '?tenant=',
    '?tenant=Default',
    '?tenant=a%00',
    "?tenant='--",
    '?tenant=../other',
    `?tenant=${'a'.repeat(64)}`,
  ];
  for (const name of names.filter((each) => 'query' in endpoints[each])) {
    test(name, () =>
      changingNothing(async () => {
        const body = bodyFor(name);
        const isPaged = endpoints[name].method === 'GET';
        const isAdmin = name.startsWith('admin');
        for (const query of isPaged ? (isAdmin ? admin : queries) : admin.slice(queries.length))
          await assertRefused(name, await send(name, { query, ...body }), query);
      }),
    );
  }

  function isList(name: EndpointName): boolean {
    const { query }: Endpoint = endpoints[name];
    return query !== undefined && 'cursor' in query.shape;
  }

  function bodyFor(name: EndpointName): { body?: string } {
    return 'body' in endpoints[name] ? { body: JSON.stringify(bodyOf(name)) } : {};
  }

  test('any cursor begins somewhere in the list', async () => {
    const cursors = [
      'x',
      '0',
      'null',
      '9007199254740991.01990000-0003-7000-8000-0000000003e9',
      '%00',
      "' OR 1=1 --",
      '🦚',
    ];
    for (const name of names.filter(isList)) {
      for (const cursor of cursors) {
        const answer = await send(name, { query: `?cursor=${encodeURIComponent(cursor)}` });
        assert.equal(answer.status, 200, `${name} ${cursor}: ${answer.text}`);
        assertConforms(name, answer);
      }
    }
  });

  test('a field that comes twice counts nowhere', async () => {
    const { text } = await send('listSessions', { query: '?limit=1&limit=1' });
    assert.ok(JSON.parse(text).sessions);
  });
});

describe('a path parameter that is no id is refused, and changes nothing:', () => {
  const ids = [
    'x',
    '0',
    'null',
    '..%2f',
    '%00',
    "'",
    '01990000-0000-7000-8000-00000000000',
    'x'.repeat(200),
    '🦚',
  ];
  for (const name of names.filter((each) => 'params' in endpoints[each])) {
    test(name, () =>
      changingNothing(async () => {
        const body = 'body' in endpoints[name] ? { body: JSON.stringify(bodyOf(name)) } : {};
        for (const id of ids) {
          const text = id.includes('%') ? id : encodeURIComponent(id);
          const path = filledPath(endpoints[name].path, { id: text, clientId: text, provider: text });
          // A PUT creates what is not there.
          if (isForm(name, id) && endpoints[name].method === 'PUT') continue;
          const status = isForm(name, id) ? 404 : 400;
          await assertRefused(name, await send(name, { path, ...body }), id, status);
        }
      }),
    );
  }

  /** Whether it has the form of an id, though nothing is called so. */
  function isForm(name: EndpointName, id: string): boolean {
    const { params }: Endpoint = endpoints[name];
    const names = Object.fromEntries(Object.keys(params?.shape ?? {}).map((each) => [each, id]));
    return params?.safeParse(names).success === true;
  }
});
