import type { ImportFormat } from '@argus/contract';
import { auth0 } from './auth0.ts';
import { csv } from './csv.ts';
import type { Format } from './format.ts';
import { json } from './json.ts';
import { keycloak } from './keycloak.ts';

/** One file for each kind of file. */
export const formats: Readonly<Record<ImportFormat, Format>> = { keycloak, auth0, csv, json };
