import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { oauthErrors, type Refusal, refusals } from '@argus/contract';
import { readText, sourceFiles, type TextFile } from './tidy/repository.ts';

type Table = Record<string, Refusal>;

interface Row {
  readonly code: string;
  readonly status: number;
  readonly oauthError: string | undefined;
  readonly sentence: string;
  readonly when: string;
}

/** The two tables of the page: refusals of ours, and errors of OAuth, which have no column for what they are. */
const page = readText('docs/refusals.md').text;
const oauthHeading = '## Errors of OAuth';
const [ownPart = '', oauthPart = ''] = page.split(oauthHeading);

function rowsOf(markdown: string): Row[] {
  const isOfOAuth = markdown.includes('| error | status | sentence |');
  return markdown.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    if (isOfOAuth) cells.splice(3, 0, '–');
    const [, code = '', status = '', oauthError = '', sentence = '', when = ''] = cells;
    if (!/^`\w+`$/.test(code)) return [];
    const plain = (cell: string): string => cell.replaceAll('`', '');
    const oauth = oauthError === '–' ? undefined : plain(oauthError);
    return [{ code: plain(code), status: Number(status), oauthError: oauth, sentence, when }];
  });
}

function documentationComplaints(table: Table, markdown: string): string[] {
  const rows = rowsOf(markdown);
  const complaints: string[] = [];
  for (const row of rows) {
    const refusal = table[row.code];
    if (refusal === undefined) complaints.push(`${row.code} is documented but does not exist`);
    else if (row.status !== refusal.status) complaints.push(`${row.code} has status ${refusal.status}`);
    else if (row.oauthError !== refusal.oauthError) complaints.push(`${row.code} has another OAuth error`);
    else if (row.sentence !== refusal.sentence) complaints.push(`${row.code} says: ${refusal.sentence}`);
    else if (row.when.length < 10) complaints.push(`${row.code} does not say when it happens`);
  }
  for (const code of Object.keys(table)) {
    const count = rows.filter((row) => row.code === code).length;
    if (count !== 1) complaints.push(`${code} is documented ${count} times`);
  }
  return complaints;
}

function unusedCodes(table: Table, sources: readonly TextFile[]): string[] {
  const used = new Set(
    sources.flatMap(({ text }) => [...text.matchAll(/['"`](\w+)['"`]/g)].map((match) => match[1])),
  );
  return Object.keys(table).filter((code) => !used.has(code));
}

describe('refusals', () => {
  test('every refusal is documented as it is, and no row is stale', () => {
    assert.deepEqual(documentationComplaints(refusals, ownPart), []);
  });

  test('so is every error of OAuth', () => {
    assert.deepEqual(documentationComplaints(oauthErrors, oauthPart), []);
  });

  test('every refusal and error is given somewhere outside the contract', () => {
    const sources = sourceFiles('src').filter(({ path }) => !path.startsWith('packages/contract/'));
    assert.deepEqual(unusedCodes(refusals, sources), []);
    assert.deepEqual(unusedCodes(oauthErrors, sources), []);
  });
});

describe('the check of refusals complains', () => {
  const table: Table = { gone_away: { status: 410, sentence: 'It is gone.' } };
  const good = '| `gone_away` | 410 | – | It is gone. | When it was taken away. |';
  const samples: [string, string][] = [
    ['a refusal without a row', ''],
    ['a refusal with two rows', `${good}\n${good}`],
    ['another status', good.replace('410', '404')],
    ['another OAuth error', good.replace('–', '`invalid_token`')],
    ['another sentence', good.replace('It is gone', 'It went')],
    ['a row that does not say when', good.replace('When it was taken away.', '')],
    ['a stale row', `${good}\n${good.replace('gone_away', 'old_one')}`],
  ];
  for (const [what, markdown] of samples) {
    test(`about ${what}`, () => assert.equal(documentationComplaints(table, markdown).length, 1));
  }

  test('about a refusal that nothing gives', () => {
    assert.deepEqual(unusedCodes(table, [{ path: 'a.ts', text: "refuse('other')" }]), ['gone_away']);
  });

  test('but not about a good row and a used code', () => {
    assert.deepEqual(documentationComplaints(table, good), []);
    assert.deepEqual(unusedCodes(table, [{ path: 'a.ts', text: "refuse('gone_away')" }]), []);
  });
});
