import express from 'express';
import type { Stage } from './stage.ts';

/** A client without any library: it shows what it was sent, or leads on to where the rest of its company is. */
export interface PlainClient {
  readonly url: string;
  /** The URL that asks Argus; parameters given as undefined are left out. */
  ask(parameters?: Readonly<Record<string, string | undefined>>): string;
}

/** RFC 7636 appendix B. Nobody redeems these codes. */
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

export async function openPlainClient(stage: Stage, id: string, leadsTo?: string): Promise<PlainClient> {
  const url = await stage.place();
  await stage.declare(id, url, { postLogoutRedirectUris: [`${url}/bye`] });
  const app = express();
  app.use(express.urlencoded());
  app.all(['/callback', '/bye'], (request, response) => {
    const sent = { ...request.query, ...request.body };
    const how = `${request.method} ${Object.keys(sent).sort().join(' ')}`;
    if (leadsTo) return response.redirect(303, `${leadsTo}/?${new URLSearchParams({ how })}`);
    response.send(`<!doctype html><title>Client</title><h1>${how}</h1>`);
  });
  await stage.open(app, url);
  return {
    url,
    ask(parameters = {}) {
      const all: Record<string, string | undefined> = {
        client_id: id,
        redirect_uri: `${url}/callback`,
        response_type: 'code',
        scope: 'openid',
        state: 'of the client',
        code_challenge: challenge,
        code_challenge_method: 'S256',
        ...parameters,
      };
      const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
      return `${stage.issuer}/oauth/authorize?${new URLSearchParams(given)}`;
    },
  };
}
