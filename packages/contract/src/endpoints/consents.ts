import { z } from 'zod';
import { clientIdSchema } from '../client.ts';
import { defineEndpoint } from '../endpoint.ts';
import { adminRefusals, tenantQuery } from './admin.ts';
import { pageQuerySchema, sessionRefusals, timeSchema, uuidSchema } from './shapes.ts';

/** What a person has agreed to; it may have run out, and then the person is asked again. */
export const consentSchema = z.strictObject({
  clientId: z.string(),
  clientName: z.string(),
  scope: z.array(z.string()),
  grantedAt: timeSchema,
  /** Null: until it is withdrawn. */
  expiresAt: timeSchema.nullable(),
});
export type ConsentAnswer = z.output<typeof consentSchema>;

const consentPageSchema = z.strictObject({
  consents: z.array(consentSchema),
  nextCursor: z.string().nullable(),
});

export const listConsents = defineEndpoint({
  method: 'GET',
  path: '/api/consents',
  summary: 'The applications that the signed-in person has let in, and what they may know.',
  caller: 'session',
  query: pageQuerySchema,
  success: { status: 200, body: consentPageSchema },
  refusals: sessionRefusals,
});

export const withdrawConsent = defineEndpoint({
  method: 'DELETE',
  path: '/api/consents/{clientId}',
  summary: 'Withdraw a consent: all that the application holds of the signed-in person ends at once.',
  caller: 'session',
  params: z.strictObject({ clientId: clientIdSchema }),
  success: { status: 204, body: null },
  refusals: [...sessionRefusals, 'not_found'],
});

export const adminListConsents = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/users/{id}/consents',
  summary: 'What a user has agreed to.',
  caller: 'operator',
  permission: 'read-users',
  params: z.strictObject({ id: uuidSchema }),
  query: pageQuerySchema.extend(tenantQuery),
  success: { status: 200, body: consentPageSchema },
  refusals: adminRefusals,
});

export const adminWithdrawConsent = defineEndpoint({
  method: 'DELETE',
  path: '/admin/v1/users/{id}/consents/{clientId}',
  summary: 'Withdraw a user’s consent: all that the application holds of the user ends at once.',
  caller: 'operator',
  permission: 'respond',
  params: z.strictObject({ id: uuidSchema, clientId: clientIdSchema }),
  query: z.strictObject(tenantQuery),
  success: { status: 204, body: null },
  refusals: [...adminRefusals, 'not_found'],
});
