import type { TestServer } from '@argus/testing/server';

/** Somebody on the wire who writes down everything secret that passes: nothing of it may be read in a log. */
export interface Wiretap extends Disposable {
  readonly heard: ReadonlySet<string>;
  /** What it was heard as: names of parameters, members and headers. */
  readonly names: ReadonlySet<string>;
}

interface Notes {
  readonly heard: Set<string>;
  readonly names: Set<string>;
}

/** Parameters of OAuth, fields of our forms and members of JSON whose values open something. */
const always = [
  'access_token',
  'actor_token',
  'client_assertion',
  'client_secret',
  'clientSecret',
  'code_verifier',
  'currentPassword',
  'device_code',
  'enrolment',
  'formToken',
  'id_token',
  'id_token_hint',
  'logout_token',
  'newPassword',
  'password',
  'refresh_token',
  'request_uri',
  'secret',
  'subject_token',
  'token',
  'user_code',
  'userCode',
];
/** In JSON these are words for something else. */
const inParameters = [...always, 'code', 'request', 'state'];
/** Shorter ones are found in any text. */
const shortest = 8;

/** Listen to everything that this process fetches, as every client and browser of the tests does. */
export function tapWire(): Wiretap {
  const notes: Notes = { heard: new Set(), names: new Set() };
  const plain = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : input;
    fromParameters(notes, new URL(url).searchParams);
    fromHeaders(notes, new Headers(init?.headers));
    fromBody(notes, init?.body);
    const response = await plain(input, init);
    for (const line of response.headers.getSetCookie())
      keep(notes, 'cookie', line.split(';')[0]?.replace(/^[^=]*=/, ''));
    fromLocation(notes, response.headers.get('location'));
    fromLocation(notes, /^0;url=(.*)$/.exec(response.headers.get('refresh') ?? '')?.[1] ?? null);
    fromText(notes, await response.clone().text());
    return response;
  };
  return {
    ...notes,
    [Symbol.dispose]() {
      globalThis.fetch = plain;
    },
  };
}

/** Every key, hash and sealed text that the database holds, as it would be written. */
export async function heldSecrets(server: TestServer): Promise<string[]> {
  const { pool } = server.argus.services.store;
  const { rows: columns } = await pool.query<{ table: string; name: string }>(
    "SELECT table_name AS table, column_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'bytea'",
  );
  const secrets = (await pool.query('SELECT phc AS secret FROM passwords')).rows;
  for (const { table, name } of columns) {
    const { rows } = await pool.query(
      `SELECT encode(${name}, 'hex') AS secret FROM ${table} WHERE ${name} IS NOT NULL`,
    );
    secrets.push(...rows);
  }
  return secrets.map(({ secret }) => secret);
}

function keep({ heard, names }: Notes, name: string, value: string | null | undefined): void {
  if (value === null || value === undefined || value.length < shortest) return;
  names.add(name);
  heard.add(value);
  // The signature of a token alone, and a user code as it is stored.
  const last = value.split('.').at(-1) ?? '';
  if (last.length >= 20) heard.add(last);
  if (/^[A-Z]{4}-[A-Z]{4}$/.test(value)) heard.add(value.replace('-', ''));
}

function fromParameters(notes: Notes, parameters: URLSearchParams): void {
  for (const name of inParameters) for (const value of parameters.getAll(name)) keep(notes, name, value);
}

function fromHeaders(notes: Notes, headers: Headers): void {
  keep(notes, 'dpop', headers.get('dpop'));
  const [scheme = '', credential = ''] = (headers.get('authorization') ?? '').split(' ');
  keep(notes, 'authorization', credential);
  if (scheme !== 'Basic') return;
  const [, secret = ''] = Buffer.from(credential, 'base64').toString('utf8').split(':');
  keep(notes, 'authorization', decodeURIComponent(secret));
}

function fromBody(notes: Notes, body: RequestInit['body']): void {
  if (body instanceof URLSearchParams) fromParameters(notes, body);
  if (typeof body !== 'string') return;
  if (body.startsWith('{')) fromText(notes, body);
  else fromParameters(notes, new URLSearchParams(body));
}

function fromLocation(notes: Notes, location: string | null): void {
  if (location !== null) fromParameters(notes, new URL(location, 'http://localhost').searchParams);
}

function fromText(notes: Notes, text: string): void {
  if (!text.startsWith('{')) return;
  JSON.parse(text, (name, value: unknown) => {
    if (always.includes(name) && typeof value === 'string') keep(notes, name, value);
    if (name === 'recoveryCodes' && Array.isArray(value))
      for (const each of value) keep(notes, name, String(each));
    if (name === 'link' || name === 'location') fromLocation(notes, String(value));
    return value;
  });
}
