import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { assuranceLevels, authenticationMethods, endReasons, sessionStates } from '../vocabulary.ts';
import { activityCountsSchema, serviceRefusals, timeSchema, uuidSchema } from './shapes.ts';

export const messageSignaturesDirectory = defineEndpoint({
  method: 'GET',
  path: '/.well-known/http-message-signatures-directory',
  summary:
    'The public keys with which Argus signs what it says to services: answers (RFC 9421) and the feed.',
  caller: 'anyone',
  success: {
    status: 200,
    body: z.strictObject({ keys: z.array(z.record(z.string(), z.unknown())).max(20) }),
  },
  refusals: [],
});

export const followRevocations = defineEndpoint({
  method: 'GET',
  path: '/service/v1/revocations',
  summary:
    'The feed of what ended in this tenant, as server-sent events, each a JWS: numbered without a gap, resumed by ' +
    '`Last-Event-ID`, begun with a snapshot otherwise; a heartbeat every second. Only the opening is signed by RFC 9421.',
  caller: 'service',
  success: { status: 200, body: null },
  refusals: serviceRefusals,
});

export const serviceIntrospect = defineEndpoint({
  method: 'POST',
  path: '/service/v1/introspect',
  summary: 'Whether an access token of the service’s tenant is live, asked of the database.',
  caller: 'service',
  body: z.strictObject({ token: z.string().min(1).max(8_192) }),
  success: { status: 200, body: z.strictObject({ active: z.boolean() }) },
  refusals: serviceRefusals,
});

/** A session as the applications of its tenant may see it. */
export const serviceSessionSchema = z.strictObject({
  id: uuidSchema,
  userId: uuidSchema,
  state: z.enum(sessionStates),
  authTime: timeSchema,
  amr: z.array(z.enum(authenticationMethods)),
  acr: z.enum(assuranceLevels),
  createdAt: timeSchema,
  lastActiveAt: timeSchema,
  idleExpiresAt: timeSchema,
  absoluteExpiresAt: timeSchema,
  endedAt: timeSchema.nullable(),
  endReason: z.enum(endReasons).nullable(),
  activity: activityCountsSchema.nullable(),
});
export type ServiceSession = z.output<typeof serviceSessionSchema>;

export const serviceShowSession = defineEndpoint({
  method: 'GET',
  path: '/service/v1/sessions/{sid}',
  summary: 'One session of the service’s tenant, by the `sid` of its tokens.',
  caller: 'service',
  params: z.strictObject({ sid: uuidSchema }),
  success: { status: 200, body: serviceSessionSchema },
  refusals: [...serviceRefusals, 'not_found'],
});
