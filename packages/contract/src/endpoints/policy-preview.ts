import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { policyDocumentSchema } from '../policy/document.ts';
import { adminRefusals, tenantQuery } from './admin.ts';
import { uuidSchema } from './shapes.ts';

/** What a policy would do if it were in force from now on. */
export const policyPreviewSchema = z.strictObject({
  /** Live sessions that would be over at once. */
  endsNow: z.int(),
  /** Those that would live on, and end sooner than they do. */
  tightened: z.int(),
  /** Those whose person would be asked for a stronger proof at the next refresh. */
  stepUpNow: z.int(),
  /** Active users who have not set up what they would be asked for. */
  usersLackingFactor: z.int(),
  /** Sessions of the last 30 days that began with less than would be asked for. */
  challengedLast30Days: z.int(),
  /** Roles whose bearers would be under other rules than now; of those that rules or administration name. */
  rolesChanged: z.array(z.string()),
  /** Some of the sessions that would end or be asked for more, and which rule says so. */
  sample: z
    .array(
      z.strictObject({
        sessionId: uuidSchema,
        userId: uuidSchema,
        effect: z.enum(['ends', 'step-up']),
        rule: z.string(),
      }),
    )
    .max(20),
  /** What can be saved but does not do what its author may think. */
  warnings: z.array(z.strictObject({ path: z.string(), message: z.string() })),
});
export type PolicyPreview = z.output<typeof policyPreviewSchema>;

export const adminPreviewPolicy = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/policy/preview',
  summary:
    'What a policy would do to live sessions, users and sign-ins if it were in force now. Nothing is changed.',
  caller: 'operator',
  permission: 'read-policy',
  query: z.strictObject(tenantQuery),
  body: policyDocumentSchema,
  success: { status: 200, body: policyPreviewSchema },
  refusals: [...adminRefusals, 'not_found'],
});
