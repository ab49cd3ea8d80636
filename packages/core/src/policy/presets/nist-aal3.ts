import type { Preset } from './preset.ts';

export const nistAal3: Preset = {
  name: 'nist-aal3',
  title: 'NIST AAL3',
  note: 'Only keys in hardware that are not copied between devices; no passwords.',
  isFloor: true,
  settings: {
    session: {
      idleMinutes: 15,
      absoluteHours: 12,
      rememberMe: {
        allowed: false,
      },
      concurrent: {
        max: null,
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
        phishingResistant: true,
        methods: ['passkey'],
        rememberDeviceDays: 0,
      },
      lockout: {
        failures: 100,
      },
      passkey: {
        userVerification: 'required',
        attestation: 'verified',
        backupEligible: false,
      },
    },
  },
  sources: {
    'session.idleMinutes': 'NIST SP 800-63B-4 §2.3.3',
    'session.absoluteHours': 'NIST SP 800-63B-4 §2.3.3',
    'authentication.lockout.failures': 'NIST SP 800-63B-4 §3.2.2',
    'authentication.factors.phishingResistant': 'NIST SP 800-63B-4 §2.3.1',
    'authentication.passkey.backupEligible': 'NIST SP 800-63B-4 §2.3.1',
  },
};
