import type { PresetName } from '@argus/contract';
import { asvsL1 } from './asvs-l1.ts';
import { asvsL2 } from './asvs-l2.ts';
import { asvsL3 } from './asvs-l3.ts';
import { balanced } from './balanced.ts';
import { fedrampHigh } from './fedramp-high.ts';
import { fedrampModerate } from './fedramp-moderate.ts';
import { gdpr } from './gdpr.ts';
import { hipaa } from './hipaa.ts';
import { iso27001 } from './iso27001.ts';
import { nistAal1 } from './nist-aal1.ts';
import { nistAal2 } from './nist-aal2.ts';
import { nistAal3 } from './nist-aal3.ts';
import { pciDss } from './pci-dss.ts';
import type { Preset } from './preset.ts';
import { relaxed } from './relaxed.ts';
import { soc2 } from './soc2.ts';
import { strict } from './strict.ts';

/** One file for each preset. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  balanced,
  strict,
  relaxed,
  'pci-dss': pciDss,
  hipaa,
  'nist-aal1': nistAal1,
  'nist-aal2': nistAal2,
  'nist-aal3': nistAal3,
  'fedramp-moderate': fedrampModerate,
  'fedramp-high': fedrampHigh,
  soc2,
  iso27001,
  gdpr,
  'asvs-l1': asvsL1,
  'asvs-l2': asvsL2,
  'asvs-l3': asvsL3,
};
