import { randomBytes } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express } from 'express';
import session from 'express-session';
import { Passport } from 'passport';
import OpenIdConnect from 'passport-openidconnect';
import { homePage, type Person, problemPage } from './page.ts';
import { listen, type Settings, settingsOf } from './settings.ts';

interface SignedIn extends Person {
  /** Shown at sign-out, so that Argus need not ask whether it should be. */
  readonly idToken: string;
}

/** A server-side application on `passport-openidconnect`: the browser holds the id of a session on the server. */
export async function createApp(settings: Settings): Promise<Express> {
  const metadata = await discover(settings.issuer);
  const passport = new Passport();
  passport.use(strategyOf(settings, metadata));
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user: Express.User, done) => done(null, user));
  const app = express();
  app.use(
    session({
      // Sessions are kept in memory here: give it a store and a secret of your own.
      secret: randomBytes(32).toString('hex'),
      cookie: { httpOnly: true, sameSite: 'lax', secure: settings.url.startsWith('https:') },
      resave: false,
      saveUninitialized: false,
    }),
    passport.session(),
  );
  app.get('/', (request, response) => {
    const person = request.user as SignedIn | undefined; // as the strategy made it
    const signOut = '<form method="post" action="/logout"><button>Sign out</button></form>';
    response.send(homePage(person ?? null, signOut));
  });
  app.get('/login', passport.authenticate('openidconnect'));
  app.get('/callback', passport.authenticate('openidconnect', { successRedirect: '/', failWithError: true }));
  app.post('/logout', (request, response, next) => {
    const person = request.user as SignedIn | undefined; // as the strategy made it
    request.logout((error) => {
      if (error) return next(error);
      response.redirect(303, endSessionUrl(metadata, settings, person?.idToken));
    });
  });
  app.use(showProblem);
  return app;
}

type Metadata = Readonly<Record<'issuer' | `${Endpoint}_endpoint`, string>>;
type Endpoint = 'authorization' | 'token' | 'userinfo' | 'end_session';

/** The library does not look by itself. */
async function discover(issuer: string): Promise<Metadata> {
  const answer = await fetch(`${issuer}/.well-known/openid-configuration`);
  const metadata = (await answer.json()) as Metadata; // OIDC Discovery §3
  if (metadata.issuer !== issuer) throw new Error(`${issuer} calls itself ${metadata.issuer}`);
  return metadata;
}

function strategyOf({ issuer, clientId, clientSecret, url }: Settings, metadata: Metadata) {
  const options = {
    issuer,
    authorizationURL: metadata.authorization_endpoint,
    tokenURL: metadata.token_endpoint,
    userInfoURL: metadata.userinfo_endpoint,
    clientID: clientId,
    clientSecret,
    callbackURL: `${url}/callback`,
    scope: 'profile email',
    // It has no PKCE; the nonce is what binds the answer to this browser.
    nonce: 'sent',
    skipUserProfile: false,
  };
  const take: OpenIdConnect.VerifyFunction = (
    _issuer: string,
    { displayName: name, emails }: OpenIdConnect.Profile,
    _context: object,
    idToken: string | object,
    done: OpenIdConnect.VerifyCallback,
  ) => done(null, { name, email: emails?.[0]?.value ?? '', idToken });
  return new OpenIdConnect.Strategy(options, take);
}

/** OIDC RP-Initiated Logout §2. */
function endSessionUrl(metadata: Metadata, { clientId, url }: Settings, idToken: string | undefined): string {
  const hint = idToken ? { id_token_hint: idToken } : {};
  const query = { client_id: clientId, post_logout_redirect_uri: `${url}/`, ...hint };
  return `${metadata.end_session_endpoint}?${new URLSearchParams(query)}`;
}

const showProblem: ErrorRequestHandler = (error: Error, _request, response, _next) => {
  response.status(400).send(problemPage(error.message));
};

if (import.meta.main) {
  const settings = settingsOf(process.env);
  await listen(await createApp(settings), settings.url);
  console.log(`Listening on ${settings.url}`);
}
