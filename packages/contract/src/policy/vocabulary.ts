/** The closed sets of policy. Where a set has an order it is written from the loosest to the tightest. */

/** A named set of numbers that a policy begins with. */
export const presetNames = [
  'balanced',
  'strict',
  'relaxed',
  'pci-dss',
  'hipaa',
  'nist-aal1',
  'nist-aal2',
  'nist-aal3',
  'fedramp-moderate',
  'fedramp-high',
  'soc2',
  'iso27001',
  'gdpr',
  'asvs-l1',
  'asvs-l2',
  'asvs-l3',
] as const;
export type PresetName = (typeof presetNames)[number];

/** What a browser says it runs on. */
export const deviceClasses = ['desktop', 'mobile', 'tablet', 'other'] as const;
export type DeviceClass = (typeof deviceClasses)[number];

export const riskLevels = ['low', 'medium', 'high', 'critical'] as const;
export type RiskLevel = (typeof riskLevels)[number];

/** Who gives way where one session more would be too many. `deny` refuses the newcomer, `ask` lets the person pick. */
export const onLimits = ['ask', 'oldest', 'least-recently-active', 'lowest-trust', 'deny'] as const;
export type OnLimit = (typeof onLimits)[number];

/** Whether sessions are held by a key of their device (DBSC, DPoP). */
export const bindings = ['none', 'preferred', 'required'] as const;
export type Binding = (typeof bindings)[number];

/** What follows when a session comes from elsewhere than before. */
export const contextReactions = ['ignore', 'score', 'step-up', 'end'] as const;
export type ContextReaction = (typeof contextReactions)[number];

/** What counts as one account's wrong passwords locks: the way in by password, or every way in. */
export const lockoutScopes = ['password-path', 'all'] as const;
export type LockoutScope = (typeof lockoutScopes)[number];

export const compositions = ['none', 'letters-and-digits'] as const;
export type Composition = (typeof compositions)[number];

export const signUpModes = ['open', 'invite', 'closed'] as const;
export const verifyEmailTimes = ['later', 'before-session'] as const;
export const userVerifications = ['preferred', 'required'] as const;
export const attestations = ['none', 'verified'] as const;
export const otherSessionsReactions = ['offer', 'end'] as const;
export const riskModes = ['off', 'report-only', 'enforce'] as const;

/** What takes a fresh proof of the strongest that a person has, where policy names it. Passwords are authenticators. */
export const sensitiveOperations = ['change-authenticators', 'change-email', 'export-data', 'admin'] as const;
export type SensitiveOperation = (typeof sensitiveOperations)[number];
