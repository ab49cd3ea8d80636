import { argusClient, type ClientSettings, openIdScopes, type ResourceSettings } from '@argus/contract';
import { authMethodOf } from './client.ts';
import { postLogoutRedirectMistake, redirectUriMistake } from './redirect-uri.ts';

/** What contradicts itself in a declaration: where, and in words that follow the name of the place. */
export interface Mistake {
  /** As `redirectUris.0`. */
  readonly path: string;
  readonly message: string;
}

/** What is known of a declaration beside its settings. */
export interface DeclaredWith {
  readonly hasSecret: boolean;
  /** What speaks against Argus calling an address, in words that follow its name; null when nothing does. */
  readonly mistakeInCall: (url: URL) => string | null;
}

/** All that speaks against a client as it is declared; empty when it may exist. */
export function clientMistakes(
  settings: ClientSettings,
  { hasSecret, mistakeInCall }: DeclaredWith,
): readonly Mistake[] {
  return [
    ...authenticationMistakes(settings, hasSecret),
    ...keyMistakes(settings),
    ...publicMistakes(settings),
    ...addressMistakes(settings),
    ...calledMistakes(settings, mistakeInCall),
    ...(settings.profile === 'fapi2' ? fapiMistakes(settings) : []),
  ];
}

/** What speaks against an id beyond its form: Argus's own pages hold their grants under one. */
export function clientIdMistake(id: string): string | null {
  return id === argusClient ? 'is taken by Argus itself' : null;
}

/** All that speaks against an API as it is declared. */
export function resourceMistakes(id: string, { scopes }: ResourceSettings): readonly Mistake[] {
  const ofOpenId: readonly string[] = openIdScopes;
  return [
    ...mistakeAt('id', resourceIdMistake(id)),
    ...scopes.flatMap((scope, index) =>
      mistakeAt(`scopes.${index}`, ofOpenId.includes(scope) ? 'has a meaning of its own in OpenID' : null),
    ),
  ];
}

function authenticationMistakes(settings: ClientSettings, hasSecret: boolean): readonly Mistake[] {
  const method = authMethodOf(settings);
  if (settings.type === 'public')
    return [
      ...mistakeIf(method !== 'none', 'authMethod', 'must be none: a public client cannot keep a secret'),
      ...mistakeIf(hasSecret, 'secret', 'must be absent: a public client cannot keep it'),
    ];
  const isSecretUsed = method === 'client_secret_basic' || method === 'client_secret_post';
  return [
    ...mistakeIf(method === 'none', 'authMethod', 'must not be none: a confidential client proves itself'),
    ...mistakeIf(isSecretUsed && !hasSecret, 'secret', `is needed for ${method}`),
  ];
}

/** RFC 7518 §6: members that only the holder of a key may know. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

function keyMistakes(settings: ClientSettings): readonly Mistake[] {
  const { jwks, jwksUri } = settings;
  const isNeeded = authMethodOf(settings) === 'private_key_jwt';
  return [
    ...mistakeIf(jwks !== undefined && jwksUri !== undefined, 'jwks', 'must not stand beside jwksUri'),
    ...mistakeIf(isNeeded && !jwks && !jwksUri, 'jwks', 'or jwksUri is needed for private_key_jwt'),
    ...(jwks?.keys ?? []).flatMap((key, index) =>
      mistakeIf(
        privateMembers.some((member) => Object.hasOwn(key, member)),
        `jwks.keys.${index}`,
        'must be a public key: whoever has sent a private one must make another',
      ),
    ),
  ];
}

/** What only a client may do that can prove itself. */
function publicMistakes(settings: ClientSettings): readonly Mistake[] {
  if (settings.type === 'confidential') return [];
  const { grantTypes } = settings;
  const isAlone = grantTypes.includes('client_credentials');
  const isExchange = grantTypes.includes('urn:ietf:params:oauth:grant-type:token-exchange');
  return [
    // RFC 6749 §4.4.
    ...mistakeIf(isAlone, 'grantTypes', 'may hold client_credentials for confidential clients only'),
    ...mistakeIf(isExchange, 'grantTypes', 'may hold token exchange for confidential clients only'),
    ...mistakeIf(!settings.requiresPkce, 'requiresPkce', 'may be false for confidential clients only'),
    // RFC 7662 §2.1.
    ...mistakeIf(settings.mayIntrospect, 'mayIntrospect', 'may be true for confidential clients only'),
  ];
}

function addressMistakes(settings: ClientSettings): readonly Mistake[] {
  const { redirectUris, postLogoutRedirectUris, origins, resources } = settings;
  const each = (name: string, texts: readonly string[], mistakeOf: (text: string) => string | null) =>
    texts.flatMap((text, index) => mistakeAt(`${name}.${index}`, mistakeOf(text)));
  const isCode = settings.grantTypes.includes('authorization_code');
  return [
    ...mistakeIf(isCode && redirectUris.length === 0, 'redirectUris', 'is needed for authorization_code'),
    ...each('redirectUris', redirectUris, (uri) => redirectUriMistake(uri, settings)),
    ...each('postLogoutRedirectUris', postLogoutRedirectUris, (uri) =>
      postLogoutRedirectMistake(uri, settings),
    ),
    ...each('origins', origins, originMistake),
    ...each('resources', resources, resourceIdMistake),
  ];
}

/** What Argus itself calls. */
function calledMistakes(
  settings: ClientSettings,
  mistakeInCall: DeclaredWith['mistakeInCall'],
): readonly Mistake[] {
  return (['jwksUri', 'backchannelLogoutUri'] as const).flatMap((name) => {
    const uri = settings[name];
    return mistakeAt(name, uri === undefined ? null : backendUriMistake(uri, mistakeInCall));
  });
}

/** FAPI 2.0 Security Profile §5.3.2.1 and §5.4.1; what it asks of each request is asked there. */
function fapiMistakes(settings: ClientSettings): readonly Mistake[] {
  const { type, requiresPkce, accessTokenAlgorithm, idTokenAlgorithm } = settings;
  const isProving = authMethodOf(settings) === 'private_key_jwt';
  return [
    ...mistakeIf(type !== 'confidential', 'type', 'must be confidential for FAPI 2.0'),
    ...mistakeIf(!isProving, 'authMethod', 'must be private_key_jwt for FAPI 2.0'),
    ...mistakeIf(!requiresPkce, 'requiresPkce', 'must be true for FAPI 2.0'),
    ...mistakeIf(accessTokenAlgorithm === 'RS256', 'accessTokenAlgorithm', 'must not be RS256 for FAPI 2.0'),
    ...mistakeIf(idTokenAlgorithm === 'RS256', 'idTokenAlgorithm', 'must not be RS256 for FAPI 2.0'),
  ];
}

const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** OIDC Back-Channel Logout §2.2 of one such address: no fragment. */
function backendUriMistake(uri: string, mistakeInCall: DeclaredWith['mistakeInCall']): string | null {
  const url = URL.parse(uri);
  if (!url) return 'is not an absolute URI';
  if (uri.includes('#') || /[\s\\]/.test(uri)) return 'must have no fragment, space or backslash';
  return mistakeInCall(url);
}

/** RFC 6454 §6.2: as browsers send it, or it would never match. Plain http is a page on the browser's own machine. */
function originMistake(origin: string): string | null {
  const url = URL.parse(origin);
  if (!url) return 'is not an absolute URI';
  const { protocol, hostname, username, password } = url;
  if (username !== '' || password !== '') return 'must not carry a user name or password';
  if (protocol !== 'https:' && !(protocol === 'http:' && loopbackHosts.includes(hostname)))
    return 'must begin with https://, or name this machine';
  return url.origin === origin ? null : `must be written as browsers send it: ${url.origin}`;
}

/** RFC 8707 §2. */
function resourceIdMistake(id: string): string | null {
  if (!/^[\x21-\x7e]+$/.test(id) || !URL.canParse(id)) return 'is not an absolute URI';
  return id.includes('#') ? 'must not have a fragment' : null;
}

function mistakeIf(isWrong: boolean, path: string, message: string): readonly Mistake[] {
  return isWrong ? [{ path, message }] : [];
}

function mistakeAt(path: string, message: string | null): readonly Mistake[] {
  return message === null ? [] : [{ path, message }];
}
