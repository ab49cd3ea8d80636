import { authenticatorKinds, sensitiveOperations } from '@argus/contract';
import type { WholeSettings } from '../settings.ts';
import type { Preset } from './preset.ts';

const settings: WholeSettings = {
  session: {
    idleMinutes: 30,
    absoluteHours: 12,
    rememberMe: { allowed: true, idleDays: 14, absoluteDays: 30 },
    concurrent: {
      max: 10,
      perDeviceClass: { desktop: null, mobile: null, tablet: null, other: null },
      onLimit: 'least-recently-active',
    },
    binding: 'preferred',
    onContextChange: { country: 'step-up', asn: 'score', device: 'end' },
  },
  tokens: {
    accessMinutes: 5,
    codeSeconds: 60,
    refresh: { retryWindowSeconds: 10, rotate: 'always' },
    algorithm: 'RS256',
    rsaBits: 2048,
  },
  authentication: {
    factors: {
      required: 1,
      phishingResistant: false,
      methods: [...authenticatorKinds],
      rememberDeviceDays: 30,
    },
    password: {
      minLength: 15,
      minLengthWithSecondFactor: 8,
      maxLength: 256,
      blocklist: true,
      breachCheck: true,
      history: 0,
      composition: 'none',
    },
    lockout: { failures: 10, minutes: 15, scope: 'password-path', knownDeviceBypass: true },
    passkey: { userVerification: 'preferred', attestation: 'none', backupEligible: true, aaguids: null },
    totp: { driftSteps: 1 },
    stepUp: { maxAgeMinutes: 15, for: [...sensitiveOperations] },
    signUp: { mode: 'open', verifyEmail: 'later' },
    recovery: { delayHours: 24 },
    otherSessionsOnChange: 'offer',
  },
  accounts: { disableIdleDays: null },
  clients: { requirePar: false, requireDpop: false, confidentialOnly: false },
  feed: { degraded: 'introspect', staleAfterSeconds: 3 },
  devices: { trustDays: 90, minTrustForPasswordless: 60, minTrust: 0 },
  risk: { mode: 'enforce', challengeRate: 0.01 },
  audit: { retainDays: 400 },
};

/** Our own choice between comfort and OWASP ASVS 5.0 level 2, and what every other preset differs from. */
export const balanced: Preset & { readonly settings: WholeSettings } = {
  name: 'balanced',
  title: 'Balanced',
  note: 'Our own choice between comfort and OWASP ASVS 5.0 level 2.',
  isFloor: false,
  settings,
  sources: {
    'authentication.password.minLength': 'NIST SP 800-63B-4 §3.1.1.2',
    'authentication.password.minLengthWithSecondFactor': 'NIST SP 800-63B-4 §3.1.1.2',
    'authentication.password.composition': 'NIST SP 800-63B-4 §3.1.1.2',
    'tokens.codeSeconds': 'FAPI 2.0 Security Profile §5.3.2.1',
  },
};
