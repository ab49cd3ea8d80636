import { z } from 'zod';
import {
  actionNameForm,
  activityBounds,
  activityDetails,
  activityMethods,
  routeClassForm,
  statusClasses,
} from '../activity.ts';
import { defineEndpoint } from '../endpoint.ts';
import { serviceRefusals, timeSchema, uuidSchema } from './shapes.ts';

const countSchema = (most: number) => z.int().min(0).max(most);

/** What one session did in the window of a batch. Without route class, method and status in a batch of detail `session`. */
export const activityEntrySchema = z.strictObject({
  sid: uuidSchema,
  /** The last of its events. */
  at: timeSchema,
  routeClass: z.string().regex(routeClassForm).optional(),
  method: z.enum(activityMethods).optional(),
  status: z.enum(statusClasses).optional(),
  /** Requests that no person stands behind, as those of a timer: they keep no session alive. */
  passive: z.literal(true).optional(),
  requests: z.int().min(1).max(activityBounds.requests),
  bytesOut: countSchema(activityBounds.bytesOut),
  records: countSchema(activityBounds.records).optional(),
  /** What the application calls sensitive, by name. */
  actions: z
    .array(
      z.strictObject({
        name: z.string().regex(actionNameForm),
        count: z.int().min(1).max(activityBounds.requests),
      }),
    )
    .min(1)
    .max(activityBounds.actions)
    .optional(),
});
export type ActivityEntry = z.output<typeof activityEntrySchema>;

export const activityReportSchema = z
  .strictObject({
    /** Named by who sends it; the same again is the same batch. */
    batch: uuidSchema,
    from: timeSchema,
    to: timeSchema,
    detail: z.enum(activityDetails).default('route'),
    /** Only one in `factor` sessions is told of; the others had so many requests, exactly. */
    sampling: z
      .strictObject({
        factor: z.int().min(2).max(activityBounds.sampling),
        requests: countSchema(activityBounds.lost),
      })
      .optional(),
    /** What was recorded before and will never be told, exactly. */
    lost: z
      .strictObject({
        entries: countSchema(activityBounds.lost),
        requests: countSchema(activityBounds.lost),
      })
      .optional(),
    entries: z.array(activityEntrySchema).max(activityBounds.entries),
  })
  .refine(({ from, to }) => {
    const lastsMs = instant(to) - instant(from);
    return lastsMs >= 0 && lastsMs <= activityBounds.windowMs;
  }, 'is no window')
  .refine(
    ({ from, to, entries }) =>
      entries.every(({ at }) => instant(from) <= instant(at) && instant(at) <= instant(to)),
    'has events outside its window',
  )
  .refine(
    ({ detail, entries }) =>
      entries.every(
        ({ routeClass, method, status }) =>
          (routeClass !== undefined && method !== undefined && status !== undefined) === (detail === 'route'),
      ),
    'does not have its detail',
  );
export type ActivityReport = z.output<typeof activityReportSchema>;

function instant(time: string): number {
  return Date.parse(time);
}

export const reportActivity = defineEndpoint({
  method: 'POST',
  path: '/service/v1/activity',
  summary:
    'What sessions of the service’s tenant did, in batches of at most 256 entries and five seconds. A batch counts once, ' +
    'however often it is sent; sessions that are not of the tenant count nowhere. Activity moves the idle limit.',
  caller: 'service',
  body: activityReportSchema,
  success: {
    status: 200,
    body: z.strictObject({
      /** `repeated`: it was taken before. `untimely`: it is too old, or ahead of time, and counts nowhere. */
      result: z.enum(['counted', 'repeated', 'untimely']),
      /** Entries that counted, and those of sessions that the tenant does not have. */
      accepted: z.int(),
      unknown: z.int(),
    }),
  },
  refusals: serviceRefusals,
});
