import { z } from 'zod';
import { permissionNames } from './administration.ts';
import { type RefusalCode, refusalOf, refusals } from './refusals.ts';
import { endReasons, planAddOns } from './vocabulary.ts';

/** `application/problem+json` (RFC 9457) with Argus's stable `code`. */
export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(refusals) as [RefusalCode, ...RefusalCode[]]),
  /** Where the input is wrong, one entry a place, at most 20. */
  errors: z
    .array(z.strictObject({ path: z.string(), message: z.string() }))
    .max(20)
    .optional(),
  /** What the caller's roles do not carry, where administration was refused for it. */
  permission: z.enum(permissionNames).optional(),
  /** What would have to be added to the plan, where something is not in it. */
  addOn: z.enum(planAddOns).optional(),
  /** Why the session ended that the caller showed, where whoever holds it may hear that. */
  endReason: z.enum(endReasons).optional(),
  /** Names this answer in the server's log. */
  requestId: z.string().optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** Build the problem body of a refusal. */
export function problemOf(
  code: RefusalCode,
  more: Pick<Problem, 'errors' | 'permission' | 'addOn' | 'endReason' | 'requestId'> = {},
): Problem {
  const { status, sentence } = refusalOf(code);
  return { type: `urn:argus:refusal:${code}`, title: sentence, status, code, ...more };
}
