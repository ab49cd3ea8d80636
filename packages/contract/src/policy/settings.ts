import { z } from 'zod';
import { degradedBehaviours } from '../feed.ts';
import { signingAlgorithms } from '../oauth.ts';
import { authenticatorKinds } from '../vocabulary.ts';
import {
  attestations,
  bindings,
  compositions,
  contextReactions,
  deviceClasses,
  lockoutScopes,
  onLimits,
  otherSessionsReactions,
  riskModes,
  sensitiveOperations,
  signUpModes,
  userVerifications,
  verifyEmailTimes,
} from './vocabulary.ts';

/** An amount with its allowed range; every unit stands in the name of its key. */
const amount = (least: number, most: number, otherwise = '') => {
  const error = `must be a number from ${least} to ${most}${otherwise}`;
  return z.number({ error }).min(least, { error }).max(most, { error });
};
const whole = (least: number, most: number, otherwise = '') => {
  const error = `must be a whole number from ${least} to ${most}${otherwise}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};
/** One of a closed set, which a mistake tells. */
export const oneOf = <const Each extends string>(values: readonly Each[]) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });
const orNull = ', or null for no limit';
/** Null: no limit. */
const limit = (most: number) => whole(1, most, orNull).nullable();

const sessionSettingsSchema = z.strictObject({
  /** Null: only the absolute limit ends a session. */
  idleMinutes: amount(1, 43_200, orNull).nullable().optional(),
  absoluteHours: amount(0.25, 2_160).optional(),
  /** A second pair of limits, for people who ask at sign-in to stay signed in. */
  rememberMe: z
    .strictObject({
      allowed: z.boolean().optional(),
      idleDays: amount(0.25, 90).optional(),
      absoluteDays: amount(0.25, 400).optional(),
    })
    .optional(),
  concurrent: z
    .strictObject({
      max: limit(1_000).optional(),
      perDeviceClass: z.partialRecord(oneOf(deviceClasses), limit(1_000)).optional(),
      onLimit: oneOf(onLimits).optional(),
    })
    .optional(),
  binding: oneOf(bindings).optional(),
  onContextChange: z
    .strictObject({
      country: oneOf(contextReactions).optional(),
      asn: oneOf(contextReactions).optional(),
      device: oneOf(contextReactions).optional(),
    })
    .optional(),
});

const tokenSettingsSchema = z.strictObject({
  accessMinutes: amount(1, 60).optional(),
  /** Of authorization codes; RFC 6749 §4.1.2 recommends ten minutes at most, FAPI 2.0 one. */
  codeSeconds: whole(10, 600).optional(),
  refresh: z
    .strictObject({ retryWindowSeconds: whole(0, 60).optional(), rotate: z.literal('always').optional() })
    .optional(),
  algorithm: oneOf(signingAlgorithms).optional(),
  rsaBits: z.literal([2048, 3072, 4096]).optional(),
});

const factorSettingsSchema = z.strictObject({
  required: whole(1, 2).optional(),
  phishingResistant: z.boolean().optional(),
  methods: z.array(oneOf(authenticatorKinds)).min(1).max(authenticatorKinds.length).optional(),
  rememberDeviceDays: whole(0, 90).optional(),
});

const passwordSettingsSchema = z.strictObject({
  minLength: whole(8, 128).optional(),
  /** Where a second factor stands beside the password. */
  minLengthWithSecondFactor: whole(8, 128).optional(),
  maxLength: whole(64, 1_000).optional(),
  blocklist: z.boolean().optional(),
  breachCheck: z.boolean().optional(),
  /** How many former passwords may not come back. */
  history: whole(0, 24).optional(),
  composition: oneOf(compositions).optional(),
});

const authenticationSettingsSchema = z.strictObject({
  factors: factorSettingsSchema.optional(),
  password: passwordSettingsSchema.optional(),
  lockout: z
    .strictObject({
      failures: whole(3, 100).optional(),
      minutes: amount(1, 1_440).optional(),
      scope: oneOf(lockoutScopes).optional(),
      knownDeviceBypass: z.boolean().optional(),
    })
    .optional(),
  passkey: z
    .strictObject({
      userVerification: oneOf(userVerifications).optional(),
      attestation: oneOf(attestations).optional(),
      /** Whether passkeys that are copied between devices are taken. */
      backupEligible: z.boolean().optional(),
      /** Models that may be registered; null: all. */
      aaguids: z.array(z.uuid()).max(500).nullable().optional(),
    })
    .optional(),
  totp: z.strictObject({ driftSteps: whole(0, 1).optional() }).optional(),
  stepUp: z
    .strictObject({
      maxAgeMinutes: amount(1, 1_440).optional(),
      for: z.array(oneOf(sensitiveOperations)).max(sensitiveOperations.length).optional(),
    })
    .optional(),
  signUp: z
    .strictObject({
      mode: oneOf(signUpModes).optional(),
      verifyEmail: oneOf(verifyEmailTimes).optional(),
    })
    .optional(),
  recovery: z.strictObject({ delayHours: amount(0, 336).optional() }).optional(),
  otherSessionsOnChange: oneOf(otherSessionsReactions).optional(),
});

/** Everything that a policy may set, none of it required. Unknown keys are refused. */
export const policySettingsSchema = z.strictObject({
  session: sessionSettingsSchema.optional(),
  tokens: tokenSettingsSchema.optional(),
  authentication: authenticationSettingsSchema.optional(),
  accounts: z
    .strictObject({
      /** Accounts that nobody used for so long are disabled; null: never. */
      disableIdleDays: limit(3_650).optional(),
    })
    .optional(),
  clients: z
    .strictObject({
      requirePar: z.boolean().optional(),
      requireDpop: z.boolean().optional(),
      confidentialOnly: z.boolean().optional(),
    })
    .optional(),
  feed: z
    .strictObject({
      degraded: oneOf(degradedBehaviours).optional(),
      staleAfterSeconds: amount(2, 60).optional(),
    })
    .optional(),
  devices: z
    .strictObject({
      trustDays: whole(1, 400).optional(),
      minTrustForPasswordless: whole(0, 100).optional(),
      minTrust: whole(0, 100).optional(),
    })
    .optional(),
  risk: z
    .strictObject({ mode: oneOf(riskModes).optional(), challengeRate: amount(0, 1).optional() })
    .optional(),
  audit: z.strictObject({ retainDays: whole(1, 3_650).optional() }).optional(),
});
/** What a document sets, key by key, in the units of its names. */
export type PolicySettings = z.infer<typeof policySettingsSchema>;
