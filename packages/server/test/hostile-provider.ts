import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server';

type Claims = Record<string, unknown>;

/** What a provider does otherwise than it should; all that is not named it does right. */
export interface Misdeed {
  /** What an ID token says otherwise, before it is signed; undefined takes away. */
  readonly claims?: Claims;
  /** Puts another text in place of the ID token. */
  readonly idToken?: (token: string) => string | undefined;
  /** Changes what the browser brings back. */
  readonly back?: (answer: URLSearchParams) => void;
  readonly metadata?: Claims;
  readonly userinfo?: Claims;
  /** Takes requests to a path away from the provider. */
  readonly instead?: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>>;
}

/** A provider that does as a test tells it. */
export interface HostileProvider extends AsyncDisposable {
  readonly issuer: string;
  readonly keys: OAuth2Issuer['keys'];
  misdeed: Misdeed;
  /** A token that it signs with its own key, whatever it says. */
  sign(claims: Claims, header?: Claims): Promise<string>;
  /** Paths that were asked for, oldest first. */
  readonly asked: string[];
  /** Where it sends a browser that came with this address. */
  visit(location: string): Promise<string>;
  stop(): Promise<void>;
}

export async function openHostileProvider(): Promise<HostileProvider> {
  const issuer = new OAuth2Issuer();
  await issuer.keys.generate('RS256');
  const service = new OAuth2Service(issuer);
  const party: { misdeed: Misdeed; asked: string[] } = { misdeed: {}, asked: [] };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    party.asked.push(path);
    const instead = party.misdeed.instead?.[path];
    if (instead) instead(request, response);
    else service.requestHandler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on TCP
  obey(service, party);
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    issuer: issuer.url,
    keys: issuer.keys,
    asked: party.asked,
    get misdeed() {
      return party.misdeed;
    },
    set misdeed(misdeed) {
      party.misdeed = misdeed;
    },
    sign: (claims, header = {}) => signed(issuer, claims, header),
    async visit(location) {
      const answer = await fetch(location, { redirect: 'manual' });
      const back = answer.headers.get('location');
      if (back === null) throw new Error(`the provider answered ${answer.status}`);
      return back;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The library adds claims of its own, so everything that is there before is taken away. */
function signed(issuer: OAuth2Issuer, claims: Claims, header: Claims): Promise<string> {
  return issuer.buildToken({
    scopesOrTransform(ownHeader, ownClaims) {
      for (const name of Object.keys(ownClaims)) delete ownClaims[name];
      Object.assign(ownHeader, header);
      Object.assign(ownClaims, claims);
    },
  });
}

function obey(service: OAuth2Service, party: { readonly misdeed: Misdeed }): void {
  service.on('beforeTokenSigning', ({ payload }: { payload: Claims }) => {
    const isIdToken = !('scope' in payload);
    if (isIdToken) Object.assign(payload, party.misdeed.claims);
  });
  service.on('beforeResponse', ({ body }: { body: Claims }) => {
    const { idToken } = party.misdeed;
    if (idToken) body.id_token = idToken(String(body.id_token));
  });
  service.on('beforeAuthorizeRedirect', ({ url }: { url: URL }) => party.misdeed.back?.(url.searchParams));
  service.on('beforeWellKnownOpenIdConfiguration', ({ body }: { body: Claims }) => {
    Object.assign(body, party.misdeed.metadata);
  });
  service.on('beforeUserinfo', ({ body }: { body: Claims }) => {
    Object.assign(body, party.misdeed.userinfo);
  });
}

/** What an honest ID token says about somebody, as old as this clock believes. */
export function honest(now: number): Claims {
  const iat = Math.floor(now / 1000);
  return {
    sub: 'mallory',
    email: 'mallory@upstream.example',
    email_verified: true,
    iat,
    exp: iat + 300,
    nbf: iat,
  };
}

/** An answer of this status and text, whatever was asked. */
export function answers(status: number, text = '', headers: Record<string, string> = {}) {
  return (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  };
}

/** Hangs up without a word. */
export function hangsUp(_request: IncomingMessage, response: ServerResponse): void {
  response.destroy();
}
