import * as client from 'openid-client';

/** Sends a person to Argus and turns the answer into who it is. */
export async function signIn(issuer: URL, secret: string, browse: (url: URL) => Promise<URL>) {
  const execute = issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [];
  const config = await client.discovery(issuer, 'notes-web', secret, undefined, { execute });
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const answer = await browse(
    client.buildAuthorizationUrl(config, {
      redirect_uri: 'https://notes.example/callback',
      scope: 'openid profile email notes.read',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
    }),
  );
  const tokens = await client.authorizationCodeGrant(config, answer, { pkceCodeVerifier, expectedState });
  const claims = tokens.claims();
  return claims && client.fetchUserInfo(config, tokens.access_token, claims.sub);
}
