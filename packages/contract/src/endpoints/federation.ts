import { z } from 'zod';
import { clientIdSchema } from '../client.ts';
import { defineEndpoint } from '../endpoint.ts';
import { sessionRefusals } from './shapes.ts';

const shownProviderSchema = z.strictObject({ id: z.string(), name: z.string() });

export const signInIdentifier = defineEndpoint({
  method: 'POST',
  path: '/api/sign-in/identifier',
  summary:
    'How an address can be signed in. The answer follows from its domain alone, never from whether it has an account.',
  caller: 'anyone',
  body: z.strictObject({ identifier: z.string().min(1).max(254), request: z.string().max(6000).optional() }),
  success: {
    status: 200,
    body: z.strictObject({
      /** The likeliest first. */
      methods: z.array(z.enum(['password', 'federated'])),
      /** Where people of this domain sign in. */
      provider: shownProviderSchema.optional(),
      /** Other ways that the sign-in page offers everybody. */
      providers: z.array(shownProviderSchema),
    }),
  },
  refusals: ['slow_down'],
});

const providerParams = z.strictObject({ provider: clientIdSchema });

export const beginFederatedSignIn = defineEndpoint({
  method: 'POST',
  path: '/api/sign-in/federated/{provider}',
  summary:
    'Begin to sign in through another provider, to connect it with the account, or to prove again who is there. The browser goes to `location`.',
  caller: 'anyone',
  params: providerParams,
  body: z.strictObject({
    purpose: z.enum(['sign-in', 'link', 'step-up']).default('sign-in'),
    /** The sealed authorization request of the sign-in page. */
    request: z.string().max(6000).optional(),
    /** A path of this origin. */
    returnTo: z.string().max(1000).optional(),
    loginHint: z.string().max(254).optional(),
  }),
  success: { status: 200, body: z.strictObject({ location: z.url() }) },
  refusals: ['not_found', ...sessionRefusals, 'provider_refused', 'provider_unreachable', 'slow_down'],
});

export const finishFederatedSignIn = defineEndpoint({
  method: 'GET',
  path: '/sign-in/federated/{provider}/callback',
  summary:
    'Where the provider sends the browser back to (RFC 6749 §4.1.2, RFC 9207); the same under `/api`. Answers by redirect or with a page.',
  caller: 'anyone',
  isPage: true,
  params: providerParams,
  query: z.object({
    state: z.string().optional(),
    code: z.string().optional(),
    iss: z.string().optional(),
    error: z.string().optional(),
  }),
  success: { status: 303, body: null },
  refusals: [],
});

export const receiveLogout = defineEndpoint({
  method: 'POST',
  path: '/oauth/backchannel_logout',
  summary:
    'A provider tells that a session ended there; the sessions here that came from it end too (OIDC Back-Channel Logout §2.5).',
  caller: 'anyone',
  speaks: 'oauth',
  body: z.object({ logout_token: z.string() }),
  success: { status: 200, body: null },
  refusals: [],
});
