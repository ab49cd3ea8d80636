import { randomBytes } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type Request } from 'express';
import openIdConnect from 'express-openid-connect';
import { homePage, type Person, problemPage } from './page.ts';
import { listen, type Settings, settingsOf } from './settings.ts';

/** A server-side application on `express-openid-connect`: it keeps the tokens in an encrypted cookie of its own. */
export function createApp({ issuer, clientId, clientSecret, url }: Settings): Express {
  const app = express();
  app.use(
    openIdConnect.auth({
      issuerBaseURL: issuer,
      clientID: clientId,
      clientSecret,
      baseURL: url,
      // People sign in anew after a restart; keep a secret of your own to spare them that.
      secret: randomBytes(32).toString('hex'),
      // Code flow with PKCE; the library's default is the implicit flow, which Argus does not have.
      authorizationParams: { response_type: 'code', scope: 'openid profile email' },
      // Without it, signing out here would leave the person signed in at Argus.
      idpLogout: true,
      authRequired: false,
    }),
  );
  app.get('/', async (request, response) => {
    if (!request.oidc.isAuthenticated()) return void response.send(homePage(null, ''));
    const person = await personOf(request);
    // The session at Argus is over. It is asked anew, and the person only if need be.
    if (!person) return response.oidc.login({ returnTo: '/' });
    response.send(homePage(person, '<p><a href="/logout">Sign out</a></p>'));
  });
  app.use(showProblem);
  return app;
}

/** Name and address are at the userinfo endpoint (OIDC Core §5.4); null when the tokens are good for nothing any more. */
async function personOf({ oidc }: Request): Promise<Person | null> {
  try {
    if (oidc.accessToken?.isExpired()) await oidc.accessToken.refresh();
    const { name = '', email = '' } = await oidc.fetchUserInfo();
    return { name, email };
  } catch {
    return null;
  }
}

const showProblem: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  // The library says in `error_description` what Argus said.
  const { error_description: said } = error as { error_description?: string };
  response.status(400).send(problemPage(said ?? 'Something went wrong here.'));
};

if (import.meta.main) {
  const settings = settingsOf(process.env);
  await listen(createApp(settings), settings.url);
  console.log(`Listening on ${settings.url}`);
}
