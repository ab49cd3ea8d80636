import { cookieNames, type Endpoint, endpoints } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { chrome } from '@argus/testing/user-agent';
import fc from 'fast-check';
import { type EndpointName, filledPath, sampleOf, withQuery } from './routes.ts';
import { cookieHeader, type Exact, ownOrigin, type Person } from './stage.ts';

/** A request to an endpoint of the contract, right in some parts and junk in others. */
export interface Junk {
  readonly name: EndpointName;
  readonly as: 'nobody' | 'person' | 'operator';
  /** What the path, query, cookies and headers hold instead of what they should. */
  readonly id: string | undefined;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly cookies: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

export interface Cast {
  readonly server: TestServer;
  readonly person: Person;
  readonly target: Person;
  readonly key: string;
}

const texts = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 2, arbitrary: fc.string({ maxLength: 300 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '\0',
      '\ud800',
      'a\0b',
      '../..',
      "' OR 1=1 --",
      '%00',
      '__proto__',
      'constructor',
      'null',
      '-1',
      '1e999',
      '9007199254740993',
      'x'.repeat(5000),
      '🦚',
      '01990000-0000-7000-8000-000000000001',
      'a@example.org',
      '8640000000000001.01990000-0000-7000-8000-000000000001',
      'İ@example.org',
      'a@xn--.org',
      'a@[::1]',
    ),
  },
);

/** Bytes that are legal in a header; others never leave a client. */
const headerTexts = texts.map((text) =>
  Buffer.from(text)
    .toString('latin1')
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, ''),
);
const cookieTexts = fc
  .oneof(headerTexts, fc.base64String({ maxLength: 200 }))
  .map((text) => text.replaceAll(';', ''));

/** The keys of a body that is right, under which junk is worth trying. */
const keys = fc.constantFrom(
  'email',
  'password',
  'name',
  'identifier',
  'token',
  'idleSeconds',
  'currentPassword',
  'newPassword',
  'roles',
  'status',
  'tenants',
  'users',
  'clients',
  'resources',
  'providers',
  'id',
  'type',
  'redirectUris',
  'scopes',
  'origins',
  'jwks',
  'jwksUri',
  'backchannelLogoutUri',
  'consentDays',
  'expectedChangedAt',
  'issuer',
  'clientId',
  'clientSecret',
  'domains',
  'assurance',
  'redirect_uris',
  'client_name',
  'software_statement',
  'limit',
  'cursor',
  'tenant',
  'hosts',
  'plan',
  'addOns',
  'confirm',
  '__proto__',
  'toString',
);
const values = fc.oneof(
  texts,
  fc.jsonValue({ maxDepth: 4 }),
  fc.array(texts, { maxLength: 60 }),
  fc.double(),
);

/** Parts of a right body replaced, or anything else that can be a body. */
const bodies = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.dictionary(keys, values, { maxKeys: 3 }).map((put) => ({ kind: 'put' as const, put })),
  },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 6 }).map((value) => ({ kind: 'json' as const, value })) },
  {
    weight: 2,
    arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => ({ kind: 'bytes' as const, bytes })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'none' as const }) },
);

const types = fc.oneof(
  { weight: 8, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      'text/plain',
      'application/json; charset=utf-7',
      'a/b; c',
      ';',
      'APPLICATION/JSON',
    ),
  },
);

const ids = fc.option(fc.oneof(texts, fc.uuid(), fc.constantFrom('%', '%ff', '%00', '..%2f..')), {
  nil: undefined,
});
const names = fc.constantFrom(...(Object.keys(endpoints) as EndpointName[])); // Object.keys forgets the names

/** Requests of anybody; with `whose`, those of people who may do much. */
export function junkRequests(whose: readonly Junk['as'][]): fc.Arbitrary<Junk> {
  return fc
    .record({
      name: names,
      as: fc.constantFrom(...whose),
      id: ids,
      query: fc.array(fc.tuple(fc.oneof(keys, texts), texts), { maxLength: 3 }),
      cookies: fc.array(fc.tuple(fc.constantFrom(...Object.values(cookieNames), 'other'), cookieTexts), {
        maxLength: 4,
      }),
      type: types,
      agent: fc.option(headerTexts, { nil: undefined }),
      forwarded: fc.option(headerTexts, { nil: undefined }),
      body: bodies,
    })
    .map(({ type, agent, forwarded, body, name, ...rest }) => ({
      ...rest,
      name,
      body: encode(name, body),
      headers: {
        origin: ownOrigin,
        'content-type': type,
        'user-agent': agent ?? chrome,
        ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }),
      },
    }));
}

const rightBodies = new Map<EndpointName, object>();

function encode(
  name: EndpointName,
  body:
    | { kind: 'put'; put: object }
    | { kind: 'json'; value: unknown }
    | { kind: 'bytes'; bytes: Uint8Array }
    | { kind: 'none' },
): Buffer | undefined {
  switch (body.kind) {
    case 'put':
      return Buffer.from(JSON.stringify({ ...rightBodies.get(name), ...body.put }));
    case 'json':
      return Buffer.from(JSON.stringify(body.value));
    case 'bytes':
      return Buffer.from(body.bytes);
    case 'none':
      return undefined;
  }
}

/** Tells the generator what right bodies look like in this cast. */
export function learnFrom(cast: Cast): void {
  for (const name of Object.keys(endpoints) as EndpointName[]) {
    const { body } = sampleOf(name, cast);
    if (typeof body === 'object' && body !== null) rightBodies.set(name, body);
  }
  // A stranger knows nobody's password.
  rightBodies.set('signIn', { identifier: 'nobody@example.org', password: 'x' });
}

/** The request as it goes out. */
export function requestOf({ name, as, id, query, cookies, headers, body }: Junk, cast: Cast): Exact {
  const endpoint: Endpoint = endpoints[name];
  const sample = sampleOf(name, cast);
  const path =
    id === undefined
      ? sample.path
      : filledPath(endpoint.path, { id: pathOf(id), clientId: pathOf(id), provider: pathOf(id) });
  const search = query.map(([key, value]) => `${encode8(key)}=${encode8(value)}`).join('&');
  const own = as === 'person' ? [cookieHeader(cast.person.browser)] : [];
  const cookie = [...own, ...cookies.map(([key, value]) => `${key}=${value}`)].join('; ');
  return {
    method: sample.method,
    path: search ? withQuery(path, `?${search}`) : path,
    headers: {
      ...sample.headers,
      ...headers,
      ...(cookie ? { cookie } : {}),
      ...(as === 'operator' ? { authorization: `Bearer ${cast.key}` } : {}),
    },
    ...(body === undefined || sample.method === 'GET' ? {} : { body }),
  };
}

/** Percent-encoded where a client would not send it otherwise; broken sequences stay broken. */
function pathOf(id: string): string {
  return /^[%.\w]*$/.test(id) ? id : encode8(id);
}

function encode8(text: string): string {
  return encodeURIComponent(text.toWellFormed()).slice(0, 3000);
}
