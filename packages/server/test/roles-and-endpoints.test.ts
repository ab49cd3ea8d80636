import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type AdministrativeRole, administrativeRoles, type Endpoint, endpoints } from '@argus/contract';
import { permissionsOf } from '@argus/core';
import type { TestServer } from '@argus/testing/server';
import { chrome } from '@argus/testing/user-agent';
import { assertConforms } from './conforms.ts';
import { declareSamples, type EndpointName, plainNames, sampleOf } from './routes.ts';
import {
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
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

const operated = plainNames.filter((name) => endpoints[name].caller === 'operator');

function permissionOf(name: EndpointName) {
  const endpoint: Endpoint = endpoints[name];
  return endpoint.permission ?? assert.fail(`${name} takes no permission`);
}

async function withRole(role: AdministrativeRole): Promise<Person> {
  const person = await someone(server);
  const { pool } = server.argus.services.store;
  await pool.query('UPDATE users SET roles = $1 WHERE id = $2', [[role], person.userId]);
  return person;
}

async function send(name: EndpointName, by: Person, target: Person): Promise<Exactly> {
  const { method, path, body, headers } = sampleOf(name, { person: target, target });
  const cookie = cookieHeader(by.browser);
  const answer = await exactly(server, {
    method,
    path,
    headers: {
      'user-agent': chrome,
      'content-type': 'application/json',
      ...headers,
      cookie,
      origin: ownOrigin,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assertConforms(name, answer);
  return answer;
}

for (const role of administrativeRoles)
  describe(`a person with the role ${role}`, () => {
    const carried = permissionsOf([role]);
    let by: Person;
    let target: Person;
    before(async () => {
      [by, target] = [await withRole(role), await someone(server)];
      await declareSamples(server, { person: target, target });
    });

    test('is kept from what it does not carry, is told what that is, and changes nothing', async () => {
      const kept = operated.filter((name) => !carried.has(permissionOf(name)));
      assert.ok(kept.length > 0);
      const before = await holdings(server, false);
      for (const name of kept) {
        const permission = permissionOf(name);
        const { status, text } = await send(name, by, target);
        const problem = JSON.parse(text);
        if (permission === 'operate')
          assert.deepEqual([status, problem.code], [401, 'operator_key_required']);
        else assert.deepEqual([status, problem.code, problem.permission], [403, 'denied', permission], name);
      }
      assert.deepEqual(await holdings(server, false), before);
    });

    test('is let in to all that it carries', async () => {
      for (const name of operated.filter((each) => carried.has(permissionOf(each)))) {
        const { status, text } = await send(name, by, target);
        assert.ok(![401, 403].includes(status), `${name}: ${status} ${text}`);
      }
    });
  });
