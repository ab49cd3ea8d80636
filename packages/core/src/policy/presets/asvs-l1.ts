import type { Preset } from './preset.ts';

export const asvsL1: Preset = {
  name: 'asvs-l1',
  title: 'OWASP ASVS 5.0 level 1',
  note: 'As balanced, without staying signed in.',
  isFloor: true,
  settings: {
    session: {
      rememberMe: {
        allowed: false,
      },
    },
  },
  sources: {
    'authentication.password.minLength': 'OWASP ASVS 5.0 6.2.1',
  },
};
