import type { Preset } from './preset.ts';

export const asvsL3: Preset = {
  name: 'asvs-l3',
  title: 'OWASP ASVS 5.0 level 3',
  note: 'Phishing-resistant keys in hardware; confidential clients with pushed requests and bound tokens.',
  isFloor: true,
  settings: {
    session: {
      idleMinutes: 15,
      absoluteHours: 8,
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
        phishingResistant: true,
        rememberDeviceDays: 0,
      },
      passkey: {
        userVerification: 'required',
        attestation: 'verified',
        backupEligible: false,
      },
      totp: {
        driftSteps: 0,
      },
    },
    clients: {
      requirePar: true,
      requireDpop: true,
      confidentialOnly: true,
    },
  },
  sources: {
    'session.idleMinutes': 'OWASP ASVS 5.0 7.3.1',
    'session.absoluteHours': 'OWASP ASVS 5.0 7.3.2',
    'authentication.factors.phishingResistant': 'OWASP ASVS 5.0 6.3.3',
    'clients.requirePar': 'OWASP ASVS 5.0 10.4.13',
    'clients.requireDpop': 'OWASP ASVS 5.0 10.4.14',
    'clients.confidentialOnly': 'OWASP ASVS 5.0 10.4.16',
    'authentication.totp.driftSteps': 'OWASP ASVS 5.0 6.5.5',
  },
};
