import type { Preset } from './preset.ts';

export const strict: Preset = {
  name: 'strict',
  title: 'Strict',
  note: 'Short sessions, a second factor for everybody, no second chance for a lost answer.',
  isFloor: false,
  settings: {
    session: {
      idleMinutes: 15,
      absoluteHours: 8,
      rememberMe: {
        allowed: false,
      },
      concurrent: {
        max: 3,
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
      lockout: {
        failures: 10,
        minutes: 30,
      },
    },
  },
  sources: {},
};
