import type { Preset } from './preset.ts';

export const hipaa: Preset = {
  name: 'hipaa',
  title: 'HIPAA',
  note: '45 CFR 164.312(a)(2)(iii) asks for automatic logoff and names no number; these are ours.',
  isFloor: true,
  settings: {
    session: {
      idleMinutes: 15,
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
        minutes: 30,
      },
    },
  },
  sources: {
    'authentication.password.minLength': 'NIST SP 800-63B-4 §3.1.1.2',
    'authentication.password.minLengthWithSecondFactor': 'NIST SP 800-63B-4 §3.1.1.2',
  },
};
