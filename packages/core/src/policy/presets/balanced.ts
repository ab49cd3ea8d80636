import type { Policy } from '../policy.ts';

/** 30 minutes idle, 12 hours in all, ten sessions, 15 characters: our own choice between comfort and OWASP ASVS 5.0 L2. */
export const balanced: Policy = {
  session: { idleSeconds: 30 * 60, absoluteSeconds: 12 * 60 * 60, concurrent: { max: 10 } },
  tokens: { accessSeconds: 5 * 60, refresh: { retryWindowSeconds: 10 } },
  authentication: { password: { minLength: 15, maxLength: 256 } },
};
