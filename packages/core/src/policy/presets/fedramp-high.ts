import type { Preset } from './preset.ts';

export const fedrampHigh: Preset = {
  name: 'fedramp-high',
  title: 'FedRAMP High',
  note: 'AAL3 sign-in and few sessions; whoever administers has 10 minutes. AC-10 would allow administrators three sessions: the tighter two holds for them as well. AC-2(13): disable a risky user within an hour.',
  isFloor: true,
  settings: {
    session: {
      idleMinutes: 15,
      absoluteHours: 12,
      rememberMe: {
        allowed: false,
      },
      concurrent: {
        max: 2,
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
        attestation: 'verified',
        backupEligible: false,
      },
    },
    accounts: {
      disableIdleDays: 35,
    },
  },
  overrides: [
    {
      when: { role: ['owner', 'admin', 'security-analyst', 'help-desk', 'auditor'] },
      set: { session: { idleMinutes: 10 } },
    },
  ],
  sources: {
    'session.idleMinutes': 'NIST SP 800-53 AC-11, SC-10',
    'session.absoluteHours': 'NIST SP 800-53 IA-11',
    'session.concurrent.max': 'NIST SP 800-53 AC-10',
    'authentication.factors.phishingResistant': 'NIST SP 800-53 IA-2',
    'accounts.disableIdleDays': 'NIST SP 800-53 AC-2(3)',
  },
};
