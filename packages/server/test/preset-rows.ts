import type { PresetName } from '@argus/contract';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** What a standard, or where it names none our own choice, wants to be seen from outside. Times in milliseconds. */
export interface Row {
  /** Where the numbers stand. */
  readonly source: string;
  readonly idle: number | null;
  readonly absolute: number;
  readonly lock: { readonly failures: number; readonly time: number };
  readonly concurrent: number | null;
  /** The shortest password by itself, and beside a second factor; null: no passwords. */
  readonly password: { readonly alone: number; readonly beside: number } | null;
  readonly lettersAndDigits?: true;
  /** How many former passwords may not come back. */
  readonly history?: number;
  /** What a sign-in by password alone leads to. */
  readonly factor: 'none' | 'any' | 'passkey' | 'no-passwords';
  readonly staysSignedIn: boolean;
  /** Whether an answer that was lost can be asked for again. */
  readonly secondChance: boolean;
  /** PAR, DPoP and confidential clients alone. */
  readonly boundClients?: true;
  readonly unusedAccounts?: number;
  /** Of whoever administers. */
  readonly privilegedIdle?: number;
}

const own: Row = {
  source: 'our own choice',
  idle: 30 * minute,
  absolute: 12 * hour,
  lock: { failures: 10, time: 15 * minute },
  concurrent: 5,
  password: { alone: 15, beside: 8 },
  factor: 'any',
  staysSignedIn: false,
  secondChance: true,
};
const tenByThirty = { failures: 10, time: 30 * minute };
/** The standards name no time; it is that of `balanced`. */
const hundred = { failures: 100, time: 15 * minute };

export const presetRows: Readonly<Record<PresetName, Row>> = {
  balanced: { ...own, concurrent: 10, factor: 'none', staysSignedIn: true },
  relaxed: {
    ...own,
    idle: 8 * hour,
    absolute: 30 * day,
    lock: { failures: 20, time: 5 * minute },
    concurrent: null,
    password: { alone: 12, beside: 8 },
    factor: 'none',
    staysSignedIn: true,
  },
  strict: {
    ...own,
    idle: 15 * minute,
    absolute: 8 * hour,
    lock: tenByThirty,
    concurrent: 3,
    secondChance: false,
  },
  'pci-dss': {
    ...own,
    source: 'PCI DSS 4.0.1 8.2.6, 8.2.8, 8.3.4, 8.3.6, 8.3.7, 8.4',
    idle: 15 * minute,
    lock: tenByThirty,
    password: { alone: 12, beside: 12 },
    lettersAndDigits: true,
    history: 4,
    secondChance: false,
    unusedAccounts: 90 * day,
  },
  hipaa: {
    ...own,
    source: '45 CFR 164.312(a)(2)(iii), which names no number',
    idle: 15 * minute,
    lock: tenByThirty,
  },
  'nist-aal1': {
    ...own,
    source: 'NIST SP 800-63B-4 §2.1.3, §3.1.1.2, §3.2.2',
    idle: null,
    absolute: 30 * day,
    lock: hundred,
    concurrent: null,
    factor: 'none',
  },
  'nist-aal2': {
    ...own,
    source: 'NIST SP 800-63B-4 §2.2.1, §2.2.3, §3.1.1.2, §3.2.2',
    idle: hour,
    absolute: 24 * hour,
    lock: hundred,
    concurrent: null,
  },
  'nist-aal3': {
    ...own,
    source: 'NIST SP 800-63B-4 §2.3.1, §2.3.3, §3.2.2',
    idle: 15 * minute,
    lock: hundred,
    concurrent: null,
    password: null,
    factor: 'no-passwords',
    secondChance: false,
  },
  'fedramp-moderate': {
    ...own,
    source: 'NIST SP 800-53 AC-2(3), AC-11, IA-2, IA-11',
    idle: 15 * minute,
    lock: hundred,
    concurrent: null,
    password: { alone: 14, beside: 14 },
    factor: 'passkey',
    secondChance: false,
    unusedAccounts: 90 * day,
  },
  'fedramp-high': {
    ...own,
    source: 'NIST SP 800-53 AC-2(3), AC-10, AC-11, IA-2, IA-11, SC-10',
    idle: 15 * minute,
    lock: hundred,
    concurrent: 2,
    password: { alone: 14, beside: 14 },
    factor: 'passkey',
    secondChance: false,
    unusedAccounts: 35 * day,
    privilegedIdle: 10 * minute,
  },
  soc2: own,
  iso27001: own,
  gdpr: own,
  'asvs-l1': { ...own, source: 'OWASP ASVS 5.0 6.2.1', concurrent: 10, factor: 'none' },
  'asvs-l2': {
    ...own,
    source: 'OWASP ASVS 5.0 6.3.3, 7.3.1, 7.3.2',
    concurrent: 10,
    secondChance: false,
  },
  'asvs-l3': {
    ...own,
    source: 'OWASP ASVS 5.0 6.3.3, 7.3.1, 7.3.2, 10.4.13, 10.4.14, 10.4.16',
    idle: 15 * minute,
    absolute: 8 * hour,
    concurrent: 10,
    factor: 'passkey',
    secondChance: false,
    boundClients: true,
  },
};
