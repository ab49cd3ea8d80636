import type { Preset } from './preset.ts';

export const asvsL2: Preset = {
  name: 'asvs-l2',
  title: 'OWASP ASVS 5.0 level 2',
  note: 'A second factor for everybody.',
  isFloor: true,
  settings: {
    session: {
      idleMinutes: 30,
      absoluteHours: 12,
      rememberMe: {
        allowed: false,
      },
    },
    tokens: {
      refresh: {
        retryWindowSeconds: 0,
      },
      rsaBits: 3072,
    },
    authentication: {
      factors: {
        required: 2,
        rememberDeviceDays: 0,
      },
      totp: {
        driftSteps: 0,
      },
    },
  },
  sources: {
    'session.idleMinutes': 'OWASP ASVS 5.0 7.3.1',
    'session.absoluteHours': 'OWASP ASVS 5.0 7.3.2',
    'authentication.factors.required': 'OWASP ASVS 5.0 6.3.3',
    'authentication.totp.driftSteps': 'OWASP ASVS 5.0 6.5.5',
  },
};
