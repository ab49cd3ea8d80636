import type { ProviderSettings } from '@argus/contract';
import { github } from './github.ts';
import { google } from './google.ts';
import { keycloak } from './keycloak.ts';
import { microsoft } from './microsoft.ts';
import { oidc } from './oidc.ts';
import { okta } from './okta.ts';
import type { Preset } from './preset.ts';

/** Every kind of provider that Argus knows something special of. */
export const presets: Readonly<Record<ProviderSettings['preset'], Preset>> = {
  oidc,
  google,
  microsoft,
  okta,
  keycloak,
  github,
};
