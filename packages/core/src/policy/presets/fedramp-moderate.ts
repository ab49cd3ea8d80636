import type { Preset } from './preset.ts';

export const fedrampModerate: Preset = {
  name: 'fedramp-moderate',
  title: 'FedRAMP Moderate',
  note: 'Phishing-resistant sign-in for everybody; passwords are a fallback beside it. AC-2(13): disable a risky user within an hour.',
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
        rememberDeviceDays: 0,
      },
      password: {
        minLength: 14,
        minLengthWithSecondFactor: 14,
      },
      lockout: {
        failures: 100,
      },
      passkey: {
        userVerification: 'required',
      },
    },
    accounts: {
      disableIdleDays: 90,
    },
  },
  sources: {
    'session.idleMinutes': 'NIST SP 800-53 AC-11',
    'session.absoluteHours': 'NIST SP 800-53 IA-11',
    'authentication.factors.phishingResistant': 'NIST SP 800-53 IA-2',
    'accounts.disableIdleDays': 'NIST SP 800-53 AC-2(3)',
  },
};
