import type { Preset } from './preset.ts';

export const iso27001: Preset = {
  name: 'iso27001',
  title: 'ISO/IEC 27001',
  note: 'Annex A 8.5 asks for secure authentication and names no numbers; these are ours.',
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
