import type { Preset } from './preset.ts';

export const soc2: Preset = {
  name: 'soc2',
  title: 'SOC 2',
  note: 'The trust services criteria (CC6) ask for controls and name no numbers; these are ours.',
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
