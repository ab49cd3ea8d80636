import type { Preset } from './preset.ts';

export const gdpr: Preset = {
  name: 'gdpr',
  title: 'GDPR',
  note: 'Article 32 asks for what is appropriate and names no numbers; these are ours. Answer people within a month (12(3)), the authority within 72 hours (33(1)).',
  isFloor: true,
  settings: {
    session: {
      idleMinutes: 30,
      absoluteHours: 12,
      rememberMe: {
        allowed: false,
      },
      concurrent: {
        max: 5,
      },
    },
    authentication: {
      factors: {
        required: 2,
        rememberDeviceDays: 0,
      },
      lockout: {
        failures: 10,
      },
    },
  },
  sources: {
    'authentication.password.minLength': 'NIST SP 800-63B-4 §3.1.1.2',
    'authentication.password.minLengthWithSecondFactor': 'NIST SP 800-63B-4 §3.1.1.2',
  },
};
