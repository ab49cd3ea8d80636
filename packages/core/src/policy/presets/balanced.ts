import { authenticatorKinds } from '@argus/contract';
import type { Policy } from '../policy.ts';

/** 30 minutes idle, 12 hours in all, ten sessions, 15 characters: our own choice between comfort and OWASP ASVS 5.0 L2. */
export const balanced: Policy = {
  session: {
    idleSeconds: 30 * 60,
    absoluteSeconds: 12 * 60 * 60,
    concurrent: { max: 10, onLimit: 'least-recently-active' },
  },
  tokens: { accessSeconds: 5 * 60, refresh: { retryWindowSeconds: 10 } },
  feed: { degraded: 'introspect', staleAfterSeconds: 3 },
  authentication: {
    factors: {
      required: 1,
      isPhishingResistant: false,
      methods: authenticatorKinds,
      rememberDeviceSeconds: 30 * 86_400,
    },
    password: { minLength: 15, maxLength: 256 },
    passkey: { userVerification: 'preferred', attestation: 'none', aaguids: null },
    totp: { driftSteps: 1 },
    stepUp: { maxAgeSeconds: 15 * 60, for: ['change-authenticators', 'change-email', 'admin'] },
    signUp: { mode: 'open', verifyEmail: 'later' },
    recovery: { delaySeconds: 24 * 60 * 60 },
    otherSessionsOnChange: 'offer',
  },
};
