import { personColumns } from '@argus/contract';
import { readCsv } from '../records/csv.ts';
import type { Format, Translated } from './format.ts';

const yes = ['true', '1', 'yes'];
const no = ['false', '0', 'no'];

/** People in our own words, as the rows of a table: lists are parted by semicolons, passkeys are JSON. */
export const csv: Format = {
  read: (from) => readCsv(personColumns, from),
  personOf(value): Translated {
    const row = value as Readonly<Record<string, string>>; // that is what the reader makes of a row
    const { roles, groups, emailVerified, disabled, passkeys, ...texts } = row;
    return {
      person: {
        ...texts,
        ...(roles === undefined ? {} : { roles: listOf(roles) }),
        ...(groups === undefined ? {} : { groups: listOf(groups) }),
        ...(emailVerified === undefined ? {} : { emailVerified: truthOf(emailVerified) }),
        ...(disabled === undefined ? {} : { disabled: truthOf(disabled) }),
        ...(passkeys === undefined ? {} : { passkeys: jsonIn(passkeys) }),
      },
    };
  },
};

function listOf(text: string): string[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** What is neither yes nor no stays text, which is refused where the row is judged. */
function truthOf(text: string): boolean | string {
  const word = text.trim().toLowerCase();
  if (yes.includes(word)) return true;
  return no.includes(word) ? false : text;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
