import { isIP } from 'node:net';
import { canonicalEmail } from '@argus/core';

/** A mail server that takes messages from us (RFC 6409). */
export interface Smtp {
  readonly host: string;
  readonly port: number;
  /** `implicit`: from the first byte; `required`: by STARTTLS or not at all; `none`: never. */
  readonly tls: 'implicit' | 'required' | 'none';
  readonly login: { readonly user: string; readonly password: string } | null;
}

export interface MailSettings {
  /** Null: mail becomes files in the data directory, on a machine where somebody tries Argus out. */
  readonly smtp: Smtp | null;
  readonly from: { readonly name: string; readonly address: string };
}

interface MailEnvironment {
  readonly smtpUrl: string | undefined;
  readonly from: string | undefined;
  /** Null when it is no origin; that mistake is told already. */
  readonly issuer: { readonly hostname: string; readonly isLoopback: boolean } | null;
}

/** Read ARGUS_SMTP_URL and ARGUS_MAIL_FROM. Links in mail open accounts: without a server they stay on this machine. */
export function mailOf({ smtpUrl, from, issuer }: MailEnvironment, mistakes: string[]): MailSettings {
  const smtp = smtpUrl ? smtpOf(smtpUrl, mistakes) : null;
  if (!smtpUrl && issuer?.isLoopback === false)
    mistakes.push('ARGUS_SMTP_URL must name a mail server unless the host of ARGUS_ISSUER is localhost');
  const hostname = issuer === null || issuer.isLoopback ? 'localhost' : issuer.hostname;
  return { smtp, from: senderOf(from ?? `Argus <no-reply@${hostname}>`, mistakes) };
}

const shape =
  'ARGUS_SMTP_URL must look like smtp://user:password@mail.example:587 or smtps://user:password@mail.example, ' +
  'with nothing behind it but ?tls=none or ?tls=required';
const endings: readonly string[] = ['', '?tls=none', '?tls=required'];
const hostPart = /^(?:[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?|\[[0-9a-f:.]+\])$/i;

/** The address holds a password, so no mistake repeats it. */
function smtpOf(text: string, mistakes: string[]): Smtp | null {
  const url = URL.parse(text);
  const login = url && loginOf(url);
  const isImplicit = url?.protocol === 'smtps:';
  const isWhole =
    url !== null &&
    (isImplicit || url.protocol === 'smtp:') &&
    hostPart.test(url.hostname) &&
    url.port !== '0' &&
    (url.pathname === '' || url.pathname === '/') &&
    url.hash === '' &&
    endings.includes(url.search) &&
    !(isImplicit && url.search === '?tls=none');
  if (!isWhole || login === undefined) {
    mistakes.push(shape);
    return null;
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  // RFC 8314 §3.3: 465 for TLS from the first byte; RFC 6409 §3.1: 587 for the rest.
  const port = url.port === '' ? (isImplicit ? 465 : 587) : Number(url.port);
  return { host, port, tls: isImplicit ? 'implicit' : tlsOf(host, url.search), login: login ?? null };
}

/** RFC 3207 §6: whoever stands in between can take the offer of TLS away, so it is demanded where that is possible. */
function tlsOf(host: string, asked: string): Smtp['tls'] {
  if (asked !== '') return asked === '?tls=none' ? 'none' : 'required';
  return isThisMachine(host) ? 'none' : 'required';
}

/** Null: none was given; undefined: half of one, or nothing that can be read. */
function loginOf(url: URL): Smtp['login'] | undefined {
  if (url.username === '' && url.password === '') return null;
  if (url.username === '' || url.password === '') return undefined;
  try {
    return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  } catch {
    return undefined; // a percent sign that stands for nothing
  }
}

/** What never leaves this machine needs no encryption on its way. */
function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function senderOf(text: string, mistakes: string[]): MailSettings['from'] {
  const [, name = '', bracketed] = /^([^<>"@,;:\p{C}]{0,100})<([^<>]+)>$/u.exec(text) ?? [];
  const address = canonicalEmail(bracketed ?? text);
  if (address !== null) return { name: name.trim(), address };
  mistakes.push(`ARGUS_MAIL_FROM must be an address such as Argus <no-reply@mail.example>, not "${text}"`);
  return { name: '', address: '' };
}
