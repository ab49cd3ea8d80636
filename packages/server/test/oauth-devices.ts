import assert from 'node:assert/strict';
import type { TestServer } from '@argus/testing/server';
import { type Holder, type Said, say } from './oauth-holders.ts';
import { askToken, hiddenFields, post } from './oauth-stage.ts';

export const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
export const deviceGrants: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'] = [
  grantType,
  'refresh_token',
];

/** What a device shows and keeps (RFC 8628 §3.2). */
export interface Waiting {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri_complete: string;
}

/** Begin as a device does. */
export async function begin(
  server: TestServer,
  clientId = 'tv',
  more: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Waiting> {
  const fields = { client_id: clientId, scope: 'openid profile', ...more };
  const { status, body, text } = await say(server, '/oauth/device_authorization', fields, headers);
  assert.equal(status, 200, text);
  return body;
}

/** Ask whether the person has decided. */
export function poll(
  server: TestServer,
  deviceCode: string,
  clientId = 'tv',
  headers: Readonly<Record<string, string>> = {},
): Promise<Pick<Said, 'status' | 'headers' | 'body'>> {
  const fields = { grant_type: grantType, device_code: deviceCode, client_id: clientId };
  return askToken(server, fields, headers);
}

export async function formTokenOf({ browser }: Pick<Holder, 'browser'>): Promise<string> {
  const page = await (await browser.fetch('/device')).text();
  return hiddenFields(page).formToken ?? '';
}

/** Type the code, and read what the page says then. */
export async function type(person: Holder, userCode: string): Promise<{ status: number; page: string }> {
  const formToken = await formTokenOf(person);
  const answer = await post(person.browser, '/device', { formToken, userCode });
  return { status: answer.status, page: await answer.text() };
}

/** Type the code and decide. */
export async function decide(person: Holder, userCode: string, decision: string) {
  const { page } = await type(person, userCode);
  const answer = await post(person.browser, '/device/decide', { ...hiddenFields(page), decision });
  return { status: answer.status, page: await answer.text() };
}
