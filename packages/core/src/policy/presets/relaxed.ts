import type { Preset } from './preset.ts';

export const relaxed: Preset = {
  name: 'relaxed',
  title: 'Relaxed',
  note: 'For applications where a stolen session does little harm.',
  isFloor: false,
  settings: {
    session: {
      idleMinutes: 480,
      absoluteHours: 720,
      rememberMe: {
        idleDays: 30,
        absoluteDays: 90,
      },
      concurrent: {
        max: null,
      },
    },
    authentication: {
      password: {
        minLength: 12,
        minLengthWithSecondFactor: 8,
      },
      lockout: {
        failures: 20,
        minutes: 5,
      },
    },
  },
  sources: {},
};
