import {
  type AssuranceLevel,
  assuranceLevels,
  type ClientId,
  type OAuthError,
  type Prompt,
  prompts,
  type ResourceId,
  type ResponseMode,
  responseModes,
} from '@argus/contract';
import { readResources } from './audience.ts';
import type { Client, Resource } from './client.ts';
import { isCodeChallenge } from './pkce.ts';
import { registeredRedirect } from './redirect-uri.ts';
import { readScope } from './scope.ts';

/** An authorization request that was found good (RFC 6749 §4.1.1, OIDC Core §3.1.2.1). */
export interface AuthorizationRequest {
  readonly clientId: ClientId;
  /** As it was sent, and registered. */
  readonly redirectUri: string;
  readonly responseMode: ResponseMode;
  readonly state: string | null;
  /** Only scopes that the client may ask for and that exist; never empty. */
  readonly scope: readonly string[];
  readonly nonce: string | null;
  /** S256 (RFC 7636 §4.2); null only for a client that is exempt. */
  readonly codeChallenge: string | null;
  readonly resources: readonly ResourceId[];
  readonly prompt: readonly Prompt[];
  readonly maxAgeSeconds: number | null;
  /** In the order of preference; levels that Argus does not know are left out. */
  readonly acrValues: readonly AssuranceLevel[];
  readonly loginHint: string | null;
  readonly uiLocales: readonly string[];
  /** RFC 9449 §10: the thumbprint that the code is bound to. */
  readonly dpopJkt: string | null;
  /** The raw `id_token_hint`, to be verified by the server. */
  readonly idTokenHint: string | null;
}

/** Parameters as they were sent; an empty value counts as none (RFC 6749 §3.1). */
export interface RequestParameters {
  one(name: string): string | undefined;
  all(name: string): readonly string[];
  readonly repeated: readonly string[];
  readonly names: readonly string[];
}

export interface Asking {
  /** Null when nobody has the id that was sent. */
  readonly client: Client | null;
  /** Those of its tenant that the client or the request names. */
  readonly resources: readonly Resource[];
  /** Whether it came by RFC 9126. */
  readonly isPushed: boolean;
}

export type AuthorizationRead =
  | { readonly kind: 'request'; readonly request: AuthorizationRequest }
  /** Nobody is known to whom the browser could safely be sent back (RFC 6749 §4.1.2.1). */
  | {
      readonly kind: 'page';
      readonly refusal: 'client_unknown' | 'redirect_mismatch' | 'invalid_request';
    }
  | ({ readonly kind: 'redirect'; readonly error: OAuthError } & ReturnTarget);

/** Where an authorization response goes, and how. */
export type ReturnTarget = Pick<AuthorizationRequest, 'redirectUri' | 'state' | 'responseMode'>;

/** Read an authorization request. Nobody is sent anywhere before client and redirect URI belong together. */
export function readAuthorizationRequest(parameters: RequestParameters, asking: Asking): AuthorizationRead {
  const { client } = asking;
  // A disabled client is no better than an unknown one.
  if (client?.status !== 'active') return { kind: 'page', refusal: 'client_unknown' };
  const target = targetOf(parameters, client);
  if ('refusal' in target) return target;
  const error = mistakeOf(parameters, client, asking);
  if (error) return { kind: 'redirect', error, ...target };
  const rights = rightsOf(parameters, client, asking);
  if (typeof rights === 'string') return { kind: 'redirect', error: rights, ...target };
  const request = { clientId: client.id, ...target, ...rights, ...wishesOf(parameters) };
  const unproven = isUnproven(request, client);
  return unproven ? { kind: 'redirect', error: 'invalid_request', ...target } : { kind: 'request', request };
}

function targetOf(
  parameters: RequestParameters,
  client: Client,
): ReturnTarget | Extract<AuthorizationRead, { kind: 'page' }> {
  const { repeated } = parameters;
  if (repeated.includes('client_id') || repeated.includes('redirect_uri'))
    return { kind: 'page', refusal: 'invalid_request' };
  if ((parameters.one('client_id') ?? client.id) !== client.id)
    return { kind: 'page', refusal: 'client_unknown' };
  // RFC 9700 §4.1: required even of a client with only one, so that the token request can be held against it.
  const redirectUri = parameters.one('redirect_uri');
  if (redirectUri === undefined) return { kind: 'page', refusal: 'invalid_request' };
  if (!registeredRedirect(client.settings, redirectUri))
    return { kind: 'page', refusal: 'redirect_mismatch' };
  const state = parameters.one('state');
  const isGood = !repeated.includes('state') && state !== undefined && isText(state, limits.state);
  return { redirectUri, state: isGood ? state : null, responseMode: responseModeOf(parameters, client) };
}

/** The asked mode; for errors about it, and without a word, the one that RFC 6749 §4.1.2 means if the client takes it. */
function responseModeOf(parameters: RequestParameters, { settings }: Client): ResponseMode {
  const asked = parameters.one('response_mode');
  const mode = settings.responseModes.find((one) => one === asked);
  return mode ?? responseModes.find((one) => settings.responseModes.includes(one)) ?? 'query';
}

/** The longest texts that are kept or carried for a client. */
const limits = { state: 2000, nonce: 500, login_hint: 254, id_token_hint: 8000 } as const;

/** What the client may not do at all is told before what it did wrong. */
function mistakeOf(
  parameters: RequestParameters,
  { settings }: Client,
  { isPushed }: Asking,
): OAuthError | null {
  if (parameters.repeated.some((name) => name !== 'resource')) return 'invalid_request';
  if (parameters.one('request') !== undefined) return 'request_not_supported';
  // RFC 9126 §2.1: a pushed request may not point to another one. Elsewhere our own was resolved before this.
  if (parameters.one('request_uri') !== undefined)
    return isPushed ? 'invalid_request' : 'request_uri_not_supported';
  if (parameters.one('registration') !== undefined) return 'registration_not_supported';
  if (!settings.grantTypes.includes('authorization_code')) return 'unauthorized_client';
  if ((settings.requiresPar || settings.profile === 'fapi2') && !isPushed) return 'invalid_request';
  const responseType = parameters.one('response_type');
  if (responseType === undefined) return 'invalid_request';
  if (responseType !== 'code') return 'unsupported_response_type';
  return isWellFormed(parameters, settings.responseModes) ? null : 'invalid_request';
}

function isWellFormed(parameters: RequestParameters, modes: readonly ResponseMode[]): boolean {
  const holds = (name: string, isGood: (value: string) => boolean) => {
    const value = parameters.one(name);
    return value === undefined || isGood(value);
  };
  const isProved = parameters.one('code_challenge') !== undefined;
  // RFC 7636 §4.3: a challenge without a method would mean `plain`.
  const method = parameters.one('code_challenge_method');
  return (
    method === (isProved ? 'S256' : undefined) &&
    holds('code_challenge', isCodeChallenge) &&
    holds('response_mode', (value) => modes.some((mode) => mode === value)) &&
    holds('prompt', isPrompt) &&
    holds('max_age', (value) => /^\d{1,10}$/.test(value)) &&
    holds('dpop_jkt', (value) => /^[\w-]{43}$/.test(value)) &&
    Object.entries(limits).every(([name, limit]) => holds(name, (value) => isText(value, limit)))
  );
}

/** OIDC Core §3.1.2.1: `none` stands alone. */
function isPrompt(text: string): boolean {
  const asked = wordsOf(text);
  const known: readonly string[] = prompts;
  return asked.every((one) => known.includes(one)) && (!asked.includes('none') || asked.length === 1);
}

type Rights = Pick<AuthorizationRequest, 'scope' | 'resources'>;

function rightsOf(
  parameters: RequestParameters,
  client: Client,
  { resources }: Asking,
): Rights | 'invalid_scope' | 'invalid_target' {
  const scope = readScope(parameters.one('scope'), client, resources);
  if (scope === 'invalid_scope') return scope;
  const named = readResources(parameters.all('resource'), client, resources);
  return named === 'invalid_target' ? named : { scope, resources: named };
}

/** What is left to read once the form is known to be good. */
function wishesOf(parameters: RequestParameters) {
  const textOf = (name: string) => parameters.one(name) ?? null;
  const maxAge = parameters.one('max_age');
  const words = (name: string) => wordsOf(parameters.one(name) ?? '');
  const asked = words('prompt');
  return {
    nonce: textOf('nonce'),
    codeChallenge: textOf('code_challenge'),
    prompt: prompts.filter((one) => asked.includes(one)),
    maxAgeSeconds: maxAge === undefined ? null : Number(maxAge),
    acrValues: words('acr_values').filter(isLevel).slice(0, assuranceLevels.length),
    loginHint: textOf('login_hint'),
    // OIDC Core §3.1.2.1: what is not understood is no error.
    uiLocales: words('ui_locales')
      .filter((tag) => /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(tag))
      .slice(0, 10),
    dpopJkt: textOf('dpop_jkt'),
    idTokenHint: textOf('id_token_hint'),
  };
}

/**
 * RFC 9700 §2.1.1: a code needs PKCE. A confidential client that is exempt may do without in requests of OpenID
 * Connect, where nonce is optional too (OIDC Core §3.1.2.1), and its certification insists on that.
 */
function isUnproven({ codeChallenge, scope }: AuthorizationRequest, { settings }: Client): boolean {
  if (codeChallenge !== null) return false;
  const isExempt = !settings.requiresPkce && settings.type === 'confidential' && settings.profile !== 'fapi2';
  return !isExempt || !scope.includes('openid');
}

function isLevel(word: string): word is AssuranceLevel {
  const known: readonly string[] = assuranceLevels;
  return known.includes(word);
}

function wordsOf(text: string): readonly string[] {
  return [...new Set(text.split(' ').filter((word) => word !== ''))];
}

/** What can be kept, shown in a form and sent back unharmed. */
function isText(text: string, limit: number): boolean {
  return text.length <= limit && !/\p{Cc}/u.test(text);
}
