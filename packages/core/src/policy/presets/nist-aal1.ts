import type { Preset } from './preset.ts';

export const nistAal1: Preset = {
  name: 'nist-aal1',
  title: 'NIST AAL1',
  note: 'One factor is enough; no idle limit is asked for.',
  isFloor: true,
  settings: {
    session: {
      idleMinutes: null,
      absoluteHours: 720,
      rememberMe: {
        allowed: false,
      },
      concurrent: {
        max: null,
      },
    },
    authentication: {
      lockout: {
        failures: 100,
      },
    },
  },
  sources: {
    'session.absoluteHours': 'NIST SP 800-63B-4 §2.1.3',
    'authentication.lockout.failures': 'NIST SP 800-63B-4 §3.2.2',
    'authentication.password.minLength': 'NIST SP 800-63B-4 §3.1.1.2',
  },
};
