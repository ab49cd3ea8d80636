import { administrativeRoles, type Permission } from '@argus/contract';
import { type Import, lackingFor, type Mistake, type RefusedRow } from '@argus/core';
import type { Taken } from '@argus/store';
import type { JudgedPerson } from './judge-person.ts';
import { shown } from './mistake.ts';

/** A row as it was judged by itself. */
export interface JudgedRow {
  readonly row: number;
  readonly judged: JudgedPerson | Mistake;
}

export interface DecidedRows {
  readonly created: readonly JudgedPerson[];
  readonly skipped: number;
  readonly refused: readonly RefusedRow[];
}

export interface RowTerms extends Pick<Import, 'onExisting' | 'givesAdministration'> {
  /** What whoever began it may do at this moment. */
  readonly may: ReadonlySet<Permission>;
  readonly taken: Taken;
}

/** What becomes of rows, in their order: of two with one address or one credential the first gets it. */
export function decideRows(rows: readonly JudgedRow[], terms: RowTerms): DecidedRows {
  const emails = new Set(terms.taken.emails);
  const credentials = new Set(terms.taken.credentials);
  const created: JudgedPerson[] = [];
  const refused: RefusedRow[] = [];
  let skipped = 0;
  const refuse = (row: number, { path, message }: Mistake) =>
    refused.push({ row, path: shown(path), reason: shown(message) });
  for (const { row, judged } of rows) {
    if ('message' in judged) {
      refuse(row, judged);
    } else if (emails.has(judged.email)) {
      if (terms.onExisting === 'skip') skipped += 1;
      else refuse(row, { path: 'email', message: 'has an account already' });
    } else {
      const mistake = mistakeAmongOthers(judged, { ...terms, credentials });
      if (mistake) refuse(row, mistake);
      else {
        emails.add(judged.email);
        for (const { credentialId } of judged.passkeys) credentials.add(hexOf(credentialId));
        created.push(judged);
      }
    }
  }
  return { created, skipped, refused };
}

function mistakeAmongOthers(
  { roles, passkeys }: JudgedPerson,
  {
    may,
    givesAdministration,
    credentials,
  }: Omit<RowTerms, 'onExisting' | 'taken'> & {
    readonly credentials: ReadonlySet<string>;
  },
): Mistake | null {
  const ruling = roles.find((role) => (administrativeRoles as readonly string[]).includes(role));
  if (ruling !== undefined && !givesAdministration)
    return {
      path: 'roles',
      message: `holds ${ruling}, a role of administration, which this import does not give`,
    };
  const lacking =
    roles.length === 0 ? undefined : may.has('manage-roles') ? lackingFor(may, roles) : 'manage-roles';
  if (lacking !== undefined)
    return { path: 'roles', message: `gives more than who began the import may give (${lacking})` };
  const twice = passkeys.findIndex(({ credentialId }) => credentials.has(hexOf(credentialId)));
  return twice < 0
    ? null
    : { path: `passkeys.${twice}.credentialId`, message: 'is the passkey of somebody here' };
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
