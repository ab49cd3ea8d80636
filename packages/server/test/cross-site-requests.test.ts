import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Endpoint, endpoints } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { chrome } from '@argus/testing/user-agent';
import type { Route } from '../src/http/route.ts';
import {
  allRoutes,
  type EndpointName,
  filledPath,
  plainNames,
  refusedSamples,
  type Sample,
  sampleOf,
  subjectOf,
} from './routes.ts';
import {
  administrator,
  cookieHeader,
  type Exactly,
  exactly,
  holdings,
  openStage,
  ownOrigin,
  type Person,
  someone,
} from './stage.ts';

let server: TestServer;
let routes: readonly Route[];
let person: Person;
let target: Person;
before(async () => {
  server = await openStage();
  routes = await allRoutes();
  ({ person, target } = await subjectOf(server, await administrator(server)));
});
after(() => server[Symbol.asyncDispose]());

type Headers = Readonly<Record<string, string | readonly string[]>>;

/** How a request looks that some other page, or no page, has caused. */
const foreign: Readonly<Record<string, Headers>> = {
  'no Origin and no Sec-Fetch-Site': {},
  'a foreign Origin': { origin: 'https://evil.example' },
  'Origin: null': { origin: 'null' },
  'an empty Origin': { origin: '' },
  'our Origin as the beginning of another': { origin: `${ownOrigin}.evil.example` },
  'our Origin as the user of another': { origin: `${ownOrigin}@evil.example` },
  'our Origin as the end of another': { origin: 'http://evil-localhost:8100' },
  'another port that begins like ours': { origin: `${ownOrigin}0` },
  'our host without the port': { origin: 'http://localhost' },
  'our host with another scheme': { origin: 'https://localhost:8100' },
  'our Origin with a path': { origin: `${ownOrigin}/` },
  'our Origin in a list': { origin: `https://evil.example ${ownOrigin}` },
  'two Origins': { origin: [ownOrigin, 'https://evil.example'] },
  'Sec-Fetch-Site: cross-site with our Origin': { origin: ownOrigin, 'sec-fetch-site': 'cross-site' },
  'Sec-Fetch-Site: same-site with our Origin': { origin: ownOrigin, 'sec-fetch-site': 'same-site' },
  'Sec-Fetch-Site: none': { 'sec-fetch-site': 'none' },
  'an empty Sec-Fetch-Site with our Origin': { origin: ownOrigin, 'sec-fetch-site': '' },
  'Sec-Fetch-Site in capitals': { 'sec-fetch-site': 'SAME-ORIGIN' },
  'two values of Sec-Fetch-Site': { 'sec-fetch-site': ['same-origin', 'cross-site'] },
  'Sec-Fetch-Site: same-origin with a foreign Origin': {
    origin: 'https://evil.example',
    'sec-fetch-site': 'same-origin',
  },
};
const own: Headers = { origin: ownOrigin, 'sec-fetch-site': 'same-origin' };

const unsafe = plainNames.filter((name) => endpoints[name].method !== 'GET');

function send(sample: Sample, headers: Headers, by: Person = person): Promise<Exactly> {
  const { method, path, body, headers: needed } = sample;
  const type: Headers = body === undefined ? {} : { 'content-type': 'application/json' };
  return exactly(server, {
    method,
    path,
    headers: { 'user-agent': chrome, cookie: cookieHeader(by.browser), ...type, ...needed, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function codeOf({ text }: Exactly): unknown {
  return JSON.parse(text).code;
}

/** What only the operator's key opens answers a browser without it, whatever page it shows. */
const keyOnly: readonly EndpointName[] = [
  'adminRotateKeys',
  'adminApply',
  'adminCreateTenant',
  'adminSuspendTenant',
  'adminResumeTenant',
  'adminEraseTenant',
];

describe('a request that our pages did not cause changes nothing:', () => {
  for (const name of unsafe) {
    test(`${name} (${endpoints[name].method} ${endpoints[name].path})`, async () => {
      const sample = sampleOf(name, { person, target });
      const before = await holdings(server);
      for (const [what, headers] of Object.entries(foreign)) {
        const answer = await send(sample, headers);
        const expected = keyOnly.includes(name) ? [401, 'operator_key_required'] : [403, 'foreign_origin'];
        assert.deepEqual([answer.status, codeOf(answer)], expected, what);
        assert.equal(answer.headers['set-cookie'], undefined, what);
        assert.equal(answer.headers['access-control-allow-origin'], undefined, what);
      }
      assert.deepEqual(await holdings(server), before);
    });
  }
});

describe('the same request from our own page succeeds, so the refusals above are for the origin alone:', () => {
  const refusedAnyway: Partial<Record<EndpointName, number>> = {
    ...refusedSamples,
    useLink: 410,
    ...Object.fromEntries(keyOnly.map((name) => [name, 401])),
    // Its issuer is nobody.
    beginFederatedSignIn: 503,
  };
  for (const name of unsafe) {
    test(name, async () => {
      const subject = await subjectOf(server, await administrator(server));
      const endpoint: Endpoint = endpoints[name];
      const expected = refusedAnyway[name] ?? endpoint.success.status;
      const { status, text } = await send(sampleOf(name, subject), own, subject.person);
      assert.equal(status, expected, text);
    });
  }
});

test('an Origin of ours is enough where a browser sends no Sec-Fetch-Site, and the other way round', async () => {
  const refresh = { method: 'POST', path: '/api/session/refresh', body: {} } as const;
  for (const headers of [{ origin: ownOrigin }, { 'sec-fetch-site': 'same-origin' }]) {
    const fresh = await someone(server);
    assert.equal((await send(refresh, headers, fresh)).status, 200);
  }
});

describe('a body that a foreign form could send is not read as JSON:', () => {
  const types = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain; charset=application/json',
    'application/json-seq',
    'application/jsonp',
    'text/json',
    '',
  ];
  for (const name of unsafe.filter((each) => 'body' in endpoints[each])) {
    test(name, async () => {
      const sample = sampleOf(name, { person, target });
      const before = await holdings(server);
      for (const type of types) {
        const answer = await send(sample, { ...own, 'content-type': type });
        assert.deepEqual([answer.status, codeOf(answer)], [415, 'unsupported_media_type'], type);
      }
      assert.deepEqual(await holdings(server), before);
    });
  }
});

describe('only the method of the contract changes anything:', () => {
  test('every other method of a changing route is 405, and says which are allowed', async () => {
    const before = await holdings(server);
    const byPath = new Map<string, string[]>();
    for (const { method, path } of routes) byPath.set(path, [...(byPath.get(path) ?? []), method]);
    for (const [path, known] of byPath) {
      const filled = filledPath(path, { id: person.sessionId, clientId: 'x', provider: 'x' });
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        if (known.includes(method)) continue;
        // A preflight of another origin is answered, and changes nothing either.
        const isPreflight = method === 'OPTIONS' && routes.some((each) => each.path === path && each.cors);
        const answer = await send({ method: method as Sample['method'], path: filled }, own);
        assert.equal(answer.status, isPreflight ? 204 : 405, `${method} ${path}`);
        const allowed = isPreflight ? known : answer.headers.allow?.split(', ');
        assert.deepEqual(allowed?.toSorted(), known.toSorted(), `${method} ${path}`);
        assert.equal(answer.headers['set-cookie'], undefined);
      }
    }
    assert.deepEqual(await holdings(server), before);
  });

  test('a method in an override header or field is not obeyed', async () => {
    const before = await holdings(server);
    const sample = { method: 'GET', path: '/api/session' } as const;
    for (const header of ['x-http-method-override', 'x-http-method', 'x-method-override'])
      assert.equal((await send(sample, { ...own, [header]: 'DELETE' })).status, 200);
    assert.equal((await send({ ...sample, path: '/api/session?_method=DELETE' }, own)).status, 200);
    assert.deepEqual(await holdings(server), before);
  });

  test('a preflight from anywhere is given nothing', async () => {
    const answer = await send(
      { method: 'OPTIONS' as Sample['method'], path: '/api/session' },
      { origin: 'https://evil.example', 'access-control-request-method': 'DELETE' },
    );
    const cors = Object.keys(answer.headers).filter((name) => name.startsWith('access-control'));
    assert.deepEqual([answer.status, cors], [405, []]);
  });
});

describe('a form', () => {
  const fill = (path: string) => path.replace(':id', target.sessionId);
  const fields = () => ({
    identifier: person.email,
    password: 'correct horse battery staple',
    email: 'form@example.org',
    token: 'none',
    currentPassword: 'correct horse battery staple',
    newPassword: 'an entirely different sentence',
  });
  const forms = () => routes.filter(({ accepts }) => accepts === 'form').map(({ path }) => fill(path));

  function post(path: string, headers: Headers, formToken?: string): Promise<Exactly> {
    const body = new URLSearchParams({ ...fields(), ...(formToken === undefined ? {} : { formToken }) });
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const cookie = cookieHeader(person.browser);
    return exactly(server, {
      method: 'POST',
      path,
      headers: { cookie, ...type, ...headers },
      body: body.toString(),
    });
  }

  async function formTokenOf({ browser }: Person): Promise<string> {
    const html = await (await browser.fetch('/account')).text();
    return /name="formToken" value="([^"]+)"/.exec(html)?.[1] ?? assert.fail('no form token');
  }

  test('of every page is refused when another page sends it, even with its form token', async () => {
    const formToken = await formTokenOf(person);
    const before = await holdings(server);
    assert.ok(forms().length >= 8);
    for (const path of forms()) {
      for (const [what, headers] of Object.entries(foreign))
        assert.equal((await post(path, headers, formToken)).status, 403, `${path}: ${what}`);
    }
    assert.deepEqual(await holdings(server), before);
  });

  test('of every page is refused without a form token, with a made-up one and with somebody else’s', async () => {
    const theirs = await formTokenOf(target);
    const before = await holdings(server);
    for (const path of forms()) {
      if (path === '/link') continue; // there the link comes first, and there is none
      for (const formToken of [undefined, '', 'x'.repeat(43), theirs])
        assert.equal((await post(path, own, formToken)).status, 403, `${path}: ${formToken}`);
    }
    assert.deepEqual(await holdings(server), before);
  });

  test('of every page is refused as JSON', async () => {
    const before = await holdings(server);
    for (const path of forms()) {
      const answer = await send({ method: 'POST', path, body: fields() }, own);
      assert.equal(answer.status, 415, path);
    }
    assert.deepEqual(await holdings(server), before);
  });

  test('of a page that sends no referrer (Origin: null) works by the word of the browser', async () => {
    const one = await someone(server);
    const html = await (await one.browser.fetch('/account')).text();
    const formToken = /name="formToken" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const answer = await exactly(server, {
      method: 'POST',
      path: '/account/end-all',
      headers: {
        cookie: cookieHeader(one.browser),
        'content-type': 'application/x-www-form-urlencoded',
        origin: 'null',
        'sec-fetch-site': 'same-origin',
      },
      body: new URLSearchParams({ formToken }).toString(),
    });
    assert.equal(answer.status, 303);
    assert.equal((await one.browser.call('getSession')).status, 401);
  });
});

test('a script of the API is no page: a navigation to it is refused', async () => {
  const answer = await exactly(server, {
    method: 'GET',
    path: '/api/session',
    headers: { cookie: cookieHeader(target.browser), 'sec-fetch-dest': 'document' },
  });
  assert.deepEqual([answer.status, codeOf(answer)], [403, 'denied']);
});
