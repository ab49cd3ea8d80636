import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Endpoint, endpoints, openApiDocument, permissions } from '@argus/contract';

interface Operation {
  readonly operationId: string;
  readonly 'x-permission'?: string;
  readonly security?: readonly Record<string, unknown>[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Record<string, unknown> }> };
  readonly responses: Record<
    string,
    { readonly content?: Record<string, unknown>; readonly headers?: Record<string, unknown> }
  >;
}

// The document is our own; its shape is what these tests are about.
const document = openApiDocument('https://login.example', '1.2.3') as {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: {
    readonly schemas: Record<string, unknown>;
    readonly securitySchemes: Record<string, unknown>;
  };
};
const operationOf = ({ path, method }: Endpoint) => document.paths[path]?.[method.toLowerCase()];
const all: [string, Endpoint][] = Object.entries(endpoints);

test('every endpoint has an operation of its name, with its success and its refusals', () => {
  for (const [name, endpoint] of all) {
    const operation = operationOf(endpoint);
    assert.equal(operation?.operationId, name);
    assert.ok(operation?.responses[endpoint.success.status], name);
    const refused =
      endpoint.speaks === 'oauth'
        ? operation?.responses.default?.content?.['application/json']
        : operation?.responses['500']?.content?.['application/problem+json'];
    assert.ok(refused, name);
  }
});

test('a call that needs a credential says which, and the scheme is declared', () => {
  for (const [name, endpoint] of all) {
    const schemes = (operationOf(endpoint)?.security ?? []).flatMap((need) => Object.keys(need));
    assert.deepEqual(schemes, endpoint.caller === 'anyone' ? [] : [endpoint.caller], name);
    for (const scheme of schemes) assert.ok(document.components.securitySchemes[scheme], scheme);
  }
});

test('every call of administration tells which permission it takes, and no other call does', () => {
  for (const [name, endpoint] of all) {
    const told = operationOf(endpoint)?.['x-permission'];
    assert.equal(told, endpoint.permission, name);
    assert.equal(told !== undefined && told in permissions, endpoint.caller === 'operator', name);
  }
});

test('what has versions tells them by ETag, and a change of it takes If-Match', () => {
  for (const [name, endpoint] of all) {
    const operation = operationOf(endpoint);
    const headers = operation?.parameters.filter((each) => each.in === 'header').map((each) => each.name);
    assert.deepEqual(headers, endpoint.versioned === 'demanded' ? ['If-Match'] : [], name);
    const told = operation?.responses[endpoint.success.status]?.headers;
    assert.deepEqual(Object.keys(told ?? {}), endpoint.versioned === undefined ? [] : ['ETag'], name);
    const refuses = (endpoint.refusals as readonly string[]).includes('precondition_required');
    assert.equal(refuses, endpoint.versioned === 'demanded', name);
  }
});

test('what has a default may be left out of a request, what has none may not', () => {
  const list = operationOf(endpoints.listSessions);
  assert.deepEqual(
    list?.parameters.map(({ name, required }) => [name, required]),
    [
      ['limit', false],
      ['cursor', false],
    ],
  );
  const body = operationOf(endpoints.signIn)?.requestBody?.content['application/json']?.schema;
  assert.deepEqual(body?.required, ['identifier', 'password']);
  assert.equal(body?.additionalProperties, false);
});

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
  assert.ok(references.length > 0);
  for (const [, name = ''] of references) assert.ok(document.components.schemas[name], name);
});
