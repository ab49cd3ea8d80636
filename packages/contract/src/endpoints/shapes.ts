import { z } from 'zod';
import type { RefusalCode } from '../refusals.ts';
import { assuranceLevels, authenticationMethods, endReasons, sessionStates } from '../vocabulary.ts';

/** What a session answers that is no longer there. */
export const signedOut = ['session_required', 'session_ended'] as const;
/** And one that has proved less than policy asks by now (RFC 9470). */
export const sessionRefusals = [...signedOut, 'insufficient_user_authentication'] as const;

/** RFC 3339 in UTC. */
export const timeSchema = z.iso.datetime();
export const uuidSchema = z.uuid();
/** A page cursor: opaque, at most 200 characters. */
export const pageQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(200).optional(),
});

export const emailSchema = z.string().min(3).max(254);
/** Length is judged by policy; this is only the bound of what is read at all. */
export const passwordSchema = z.string().min(1).max(1024);

/** What may speak against a new password, whoever it is for. */
export const newPasswordRefusals = [
  'password_too_short',
  'password_too_long',
  'password_composition',
  'password_common',
  'password_breached',
] as const satisfies readonly RefusalCode[];

/** A code as people type it, spaces and dashes and all. */
export const codeSchema = z.string().min(1).max(40);

export const userSchema = z.strictObject({
  id: uuidSchema,
  email: z.string(),
  name: z.string().nullable(),
  roles: z.array(z.string()),
});

export const deviceSchema = z.strictObject({
  id: uuidSchema,
  name: z.string(),
  browser: z.string().nullable(),
  os: z.string().nullable(),
  type: z.enum(['desktop', 'mobile', 'tablet', 'other']),
  firstSeenAt: timeSchema,
  lastSeenAt: timeSchema,
});

/** What `GET /api/session` says about the session that asks. */
export const currentSessionSchema = z.strictObject({
  id: uuidSchema,
  authTime: timeSchema,
  amr: z.array(z.enum(authenticationMethods)),
  acr: z.enum(assuranceLevels),
  createdAt: timeSchema,
  lastActiveAt: timeSchema,
  /** When the access token in the cookie ends; refresh before. */
  expiresAt: timeSchema,
  idleExpiresAt: timeSchema,
  absoluteExpiresAt: timeSchema,
  /** Which rule set the nearest end, in words. */
  limitedBy: z.string(),
  bound: z.boolean(),
});

export const sessionAnswerSchema = z.strictObject({
  user: userSchema,
  session: currentSessionSchema,
  device: deviceSchema,
});
export type SessionAnswer = z.infer<typeof sessionAnswerSchema>;

/** A session as its owner sees it in the list. */
export const listedSessionSchema = z.strictObject({
  id: uuidSchema,
  current: z.boolean(),
  state: z.enum(sessionStates),
  device: deviceSchema,
  location: z.strictObject({ ip: z.string() }),
  createdAt: timeSchema,
  lastActiveAt: timeSchema,
  amr: z.array(z.enum(authenticationMethods)),
  acr: z.enum(assuranceLevels),
  clients: z.array(z.string()),
  bound: z.boolean(),
  endedAt: timeSchema.nullable(),
  endReason: z.enum(endReasons).nullable(),
  /** The device of the newer session that this one made room for. */
  madeRoomFor: z.string().nullable(),
});
export type ListedSession = z.infer<typeof listedSessionSchema>;

/** Any call of a service may answer these. */
export const serviceRefusals = ['invalid_signature', 'denied'] as const;

/** What applications reported of a session, in all; null where none did. */
export const activityCountsSchema = z.strictObject({
  requests: z.int(),
  bytesOut: z.int(),
  records: z.int(),
  /** Sensitive actions, as the applications call them. */
  actions: z.int(),
  lastAt: timeSchema,
});
export type ActivityCounts = z.infer<typeof activityCountsSchema>;
