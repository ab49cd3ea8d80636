import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signingAlgorithms } from '@argus/contract';
import type { FakeClock } from '@argus/testing/clock';
import { createJwksSource, type JwksSource, verifyAccessToken } from '@argus/tokens';
import { askToken, basic, issuerOf, openProvider, registerClient } from './oauth-stage.ts';

const cacheSeconds = 300;
const stepMs = 30_000;

/** Verifiers that took the key set at different moments and keep it for as long as it may be kept. */
function verifiersOf(issuer: string, clock: FakeClock, count: number): JwksSource[] {
  return Array.from({ length: count }, () =>
    createJwksSource({
      url: `${issuer}/.well-known/jwks.json`,
      fetch,
      clock,
      cooldownSeconds: cacheSeconds,
      refreshAfterSeconds: cacheSeconds,
    }),
  );
}

test('two rotations under load, in every algorithm, fail no verifier that holds an old set', async () => {
  await using server = await openProvider();
  const issuer = issuerOf(server);
  const { clock } = server;
  const scopes = ['report.read'];
  for (const algorithm of signingAlgorithms) {
    const accessTokenAlgorithm = algorithm;
    const settings = { grantTypes: ['client_credentials' as const], scopes, accessTokenAlgorithm };
    await registerClient(server, `report-${algorithm}`, settings);
  }
  const verifiers = verifiersOf(issuer, clock, 4);
  const live: { readonly token: string; readonly endsAt: number }[] = [];
  const kids = new Set<string>();
  let verified = 0;
  for (let step = 0; step < 100; step += 1) {
    // The first fetches lie a step apart, so that at any time some verifier holds the oldest set there may be.
    const beginner = verifiers[step];
    if (beginner) await beginner.refresh();
    if (step === 10 || step === 50) await server.argus.services.keys.tend('operator', { force: true });
    else await server.argus.services.keys.tend('system');
    const answers = await Promise.all(
      signingAlgorithms.flatMap((algorithm) =>
        Array.from({ length: 2 }, () =>
          askToken(server, { grant_type: 'client_credentials' }, basic(`report-${algorithm}`)),
        ),
      ),
    );
    for (const { status, body } of answers) {
      assert.equal(status, 200, JSON.stringify(body));
      const [header = ''] = body.access_token.split('.');
      kids.add(JSON.parse(Buffer.from(header, 'base64url').toString()).kid);
      live.push({ token: body.access_token, endsAt: clock.now() + body.expires_in * 1000 });
    }
    for (const keys of verifiers.slice(0, step + 1))
      for (const { token, endsAt } of live) {
        if (endsAt <= clock.now()) continue;
        const outcome = verifyAccessToken({ find: (kid) => keys.find(kid) }, token, {
          issuer,
          audience: `${issuer}/oauth/userinfo`,
          now: clock.now(),
        });
        assert.ok(outcome.ok, `step ${step}: ${outcome.ok || outcome.rejection}`);
        verified += 1;
      }
    while (live[0] && live[0].endsAt <= clock.now()) live.shift();
    // What a look began in the background is there before the next moment, as a network would have it.
    await Promise.all(verifiers.filter((keys) => keys.state().fetchedAt !== null).map(settled));
    clock.advance(stepMs);
  }
  assert.equal(kids.size, 3 * signingAlgorithms.length, 'each algorithm had two successors');
  assert.ok(verified > 25_000, `${verified} verifications`);
});

/** A look at no key in particular, which waits for a fetch that is under way. */
async function settled(keys: JwksSource): Promise<void> {
  await keys.load('none');
}
