import type { WrittenMail } from '@argus/server';
import { version } from '@argus/server/version';
import { type Applied, changeLines } from '../apply.ts';
import type { ServerFile } from '../server-file.ts';
import type { Settings } from './settings.ts';

/** A server that runs. */
export interface Started extends Settings {
  /** Where it listens. */
  readonly url: string;
  readonly firstLink: string | null;
  readonly file: ServerFile;
  /** The data directory held nothing before. */
  readonly isFirst: boolean;
  readonly applied: Applied | null;
}

/** What `serve` prints when it listens: where, what with, and what to do next. */
export function welcome(started: Started): string[] {
  const { config, url, file, workers, applied, firstLink } = started;
  const processes = workers === 1 ? '' : ` with ${workers} workers`;
  const behind =
    config.issuer === file.url.replace('//127.0.0.1', '//localhost') ? '' : `, listening on ${url}`;
  return [
    `Argus ${version} runs at ${config.issuer}${behind}${processes}.`,
    dataLine(started),
    ...(applied ? changeLines(applied) : []),
    ...next(firstLink, config.issuer),
    'Stop it with Ctrl-C.',
  ];
}

function dataLine({ config, isFirst }: Started): string {
  const database = config.databaseUrl === null ? 'the embedded PostgreSQL' : 'the database of DATABASE_URL';
  return isFirst
    ? `First start: secrets are now in ${config.dataDir} and everything else in ${database}; keep both.`
    : `Reusing the secrets in ${config.dataDir} and everything in ${database}.`;
}

function next(firstLink: string | null, issuer: string): string[] {
  if (firstLink !== null) {
    return [
      `Open this link to create the first administrator: ${firstLink}`,
      'It works once. After that, `npx --no argus users invite ada@example.org` invites others.',
    ];
  }
  return [`People sign in at ${issuer}/sign-in and see their sessions at ${issuer}/account.`];
}

/** What `serve` prints about a mail that became a file, so that somebody who tries Argus out can follow its link. */
export function mailLine({ kind, to, link, file }: WrittenMail): string {
  return `Mail ${kind} to ${to}${link === null ? '' : `: ${link}`} (${file})`;
}
