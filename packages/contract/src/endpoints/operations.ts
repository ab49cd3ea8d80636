import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';

export const jwks = defineEndpoint({
  method: 'GET',
  path: '/.well-known/jwks.json',
  summary: 'The public signing keys (RFC 7517), those published but not yet signing included.',
  caller: 'anyone',
  success: {
    status: 200,
    body: z.strictObject({ keys: z.array(z.record(z.string(), z.unknown())).max(20) }),
  },
  refusals: [],
});

const healthSchema = z.strictObject({ status: z.enum(['ok', 'starting', 'draining', 'failing']) });

export const healthLive = defineEndpoint({
  method: 'GET',
  path: '/health/live',
  summary: 'The process answers.',
  caller: 'anyone',
  success: { status: 200, body: healthSchema },
  refusals: [],
});

export const healthReady = defineEndpoint({
  method: 'GET',
  path: '/health/ready',
  summary: 'The database answers and the server is not draining; 503 otherwise.',
  caller: 'anyone',
  success: { status: 200, body: healthSchema },
  refusals: [],
});
