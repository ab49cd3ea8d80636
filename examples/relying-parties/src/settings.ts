import { createServer, type RequestListener, type Server } from 'node:http';

/** All that an application needs to know; the rest it finds at the issuer (OIDC Discovery §4). */
export interface Settings {
  /** The URL of Argus, exactly as it calls itself. */
  readonly issuer: string;
  readonly clientId: string;
  /** Empty for a public client, which cannot keep one. */
  readonly clientSecret: string;
  /** The application's own origin, as browsers see it: `http://localhost:8301`. */
  readonly url: string;
}

/** From the environment: `ISSUER`, `CLIENT_ID`, `CLIENT_SECRET` and `APP_URL`. */
export function settingsOf(env: NodeJS.ProcessEnv): Settings {
  const named = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`${name} is not set.`);
    return value;
  };
  return {
    issuer: named('ISSUER'),
    clientId: named('CLIENT_ID'),
    clientSecret: env.CLIENT_SECRET ?? '',
    url: new URL(named('APP_URL')).origin,
  };
}

/** Listen on this machine at the port of the application's URL. */
export async function listen(app: RequestListener, url: string): Promise<Server> {
  const server = createServer(app);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(Number(new URL(url).port), '127.0.0.1', resolve);
  await promise;
  return server;
}
