import type { Preset } from './preset.ts';

export const nistAal2: Preset = {
  name: 'nist-aal2',
  title: 'NIST AAL2',
  note: 'Two factors; a phishing-resistant one is offered to everybody.',
  isFloor: true,
  settings: {
    session: {
      idleMinutes: 60,
      absoluteHours: 24,
      rememberMe: {
        allowed: false,
      },
      concurrent: {
        max: null,
      },
    },
    authentication: {
      factors: {
        required: 2,
        rememberDeviceDays: 0,
      },
      password: {
        minLength: 15,
        minLengthWithSecondFactor: 8,
      },
      lockout: {
        failures: 100,
      },
    },
  },
  sources: {
    'session.idleMinutes': 'NIST SP 800-63B-4 §2.2.3',
    'session.absoluteHours': 'NIST SP 800-63B-4 §2.2.3',
    'authentication.lockout.failures': 'NIST SP 800-63B-4 §3.2.2',
    'authentication.factors.required': 'NIST SP 800-63B-4 §2.2.1',
    'authentication.password.minLengthWithSecondFactor': 'NIST SP 800-63B-4 §3.1.1.2',
  },
};
