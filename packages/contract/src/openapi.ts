import { z } from 'zod';
import { commonRefusals, type Endpoint } from './endpoint.ts';
import { endpoints } from './endpoints/index.ts';
import { oauthErrorSchema } from './endpoints/oauth.ts';
import { problemSchema } from './problem.ts';
import { type RefusalCode, refusalOf } from './refusals.ts';
import { cookieNames } from './vocabulary.ts';

type Json = Record<string, unknown>;

/** The whole contract as an OpenAPI 3.1 document. */
export function openApiDocument(server: string, version: string): Json {
  const paths: Record<string, Json> = {};
  for (const [name, endpoint] of Object.entries(endpoints) as [string, Endpoint][]) {
    const operations = paths[endpoint.path] ?? {};
    operations[endpoint.method.toLowerCase()] = operationOf(name, endpoint);
    paths[endpoint.path] = operations;
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Argus', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: server }],
    paths,
    components: {
      schemas: { Problem: schemaOf(problemSchema), OAuthError: schemaOf(oauthErrorSchema) },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: cookieNames.access },
        'refresh-cookie': { type: 'apiKey', in: 'cookie', name: cookieNames.refresh },
        operator: { type: 'http', scheme: 'bearer' },
        client: { type: 'http', scheme: 'basic' },
        'access-token': { type: 'http', scheme: 'bearer' },
        service: {
          type: 'apiKey',
          in: 'header',
          name: 'Signature',
          description: 'An HTTP message signature (RFC 9421) with a key that is registered for the service.',
        },
      },
    },
  };
}

function operationOf(name: string, endpoint: Endpoint): Json {
  const { success, caller } = endpoint;
  return {
    operationId: name,
    summary: endpoint.summary,
    ...(caller === 'anyone' ? {} : { security: [{ [caller]: [] }] }),
    ...(endpoint.permission === undefined ? {} : { 'x-permission': endpoint.permission }),
    parameters: [
      ...parametersOf('path', endpoint.params),
      ...parametersOf('query', endpoint.query),
      ...(endpoint.versioned === 'demanded' ? [ifMatch] : []),
    ],
    ...(endpoint.body
      ? {
          requestBody: {
            required: true,
            content: { [bodyTypeOf(endpoint)]: { schema: schemaOf(endpoint.body, 'input') } },
          },
        }
      : {}),
    responses: {
      [success.status]: {
        description: 'Done.',
        ...(endpoint.versioned ? { headers: { ETag: etag } } : {}),
        ...(success.body ? { content: { 'application/json': { schema: schemaOf(success.body) } } } : {}),
      },
      ...(endpoint.speaks === 'oauth'
        ? oauthResponses
        : refusalResponses([...commonRefusals, ...endpoint.refusals])),
    },
  };
}

const ifMatch: Json = {
  name: 'If-Match',
  in: 'header',
  required: true,
  description:
    'The ETag of the version that is changed, or `*` for whichever is in force (RFC 9110 §13.1.1).',
  schema: { type: 'string' },
};
const etag: Json = { description: 'The version, for `If-Match`.', schema: { type: 'string' } };

function bodyTypeOf({ speaks, takesJson }: Endpoint): string {
  return speaks === 'oauth' && !takesJson ? 'application/x-www-form-urlencoded' : 'application/json';
}

const oauthResponses: Json = {
  default: {
    description: 'Refused, in the words of RFC 6749 §5.2.',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/OAuthError' } } },
  },
};

function parametersOf(place: 'path' | 'query', schema: z.ZodObject | undefined): Json[] {
  if (!schema) return [];
  const json = schemaOf(schema, 'input') as { properties: Record<string, Json>; required?: string[] };
  return Object.entries(json.properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (json.required ?? []).includes(name),
    schema: property,
  }));
}

function refusalResponses(codes: readonly RefusalCode[]): Json {
  const byStatus = new Map<number, RefusalCode[]>();
  for (const code of codes) {
    const { status } = refusalOf(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.map((code) => `\`${code}\`: ${refusalOf(code).sentence}`).join(' '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io }) as Json; // a JSON object like any other
  return rest;
}
