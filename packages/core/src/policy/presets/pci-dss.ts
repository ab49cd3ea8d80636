import type { Preset } from './preset.ts';

export const pciDss: Preset = {
  name: 'pci-dss',
  title: 'PCI DSS 4.0.1',
  note: 'For people and systems that reach card data. The lock is on the way in by password, not on the user id, so that nobody can lock somebody else out; lockout.scope: all locks every way in until the time is over or a passkey on a device that its owner used before confirms who comes, as 8.3.4 has it. No forced rotation of passwords: 8.3.9 does not apply once a second factor is demanded.',
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
      password: {
        minLength: 12,
        minLengthWithSecondFactor: 12,
        history: 4,
        composition: 'letters-and-digits',
      },
      lockout: {
        failures: 10,
        minutes: 30,
      },
    },
    accounts: {
      disableIdleDays: 90,
    },
  },
  sources: {
    'session.idleMinutes': 'PCI DSS 4.0.1 8.2.8',
    'authentication.lockout.failures': 'PCI DSS 4.0.1 8.3.4',
    'authentication.lockout.minutes': 'PCI DSS 4.0.1 8.3.4',
    'authentication.password.minLength': 'PCI DSS 4.0.1 8.3.6',
    'authentication.password.minLengthWithSecondFactor': 'PCI DSS 4.0.1 8.3.6',
    'authentication.password.composition': 'PCI DSS 4.0.1 8.3.6',
    'authentication.password.history': 'PCI DSS 4.0.1 8.3.7',
    'authentication.factors.required': 'PCI DSS 4.0.1 8.4',
    'accounts.disableIdleDays': 'PCI DSS 4.0.1 8.2.6',
  },
};
