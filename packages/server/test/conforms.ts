import assert from 'node:assert/strict';
import { commonRefusals, type Endpoint, endpoints, oauthErrorSchema, problemSchema } from '@argus/contract';
import type { EndpointName } from './routes.ts';
import type { Exactly } from './stage.ts';

/**
 * The answer is what the contract promises: the success it declares, or a problem whose code it declares. Never a
 * fault of ours, and nothing of our inside.
 */
export function assertConforms(name: EndpointName, answer: Exactly): void {
  const endpoint: Endpoint = endpoints[name];
  const { status, headers, text } = answer;
  const what = `${name} answered ${status}: ${text.slice(0, 300)}`;
  // The provider of the samples answers nobody.
  assert.ok(status < 500 || text.includes('"provider_unreachable"'), what);
  assert.doesNotMatch(text, /node:internal|\.ts:\d|at async|\bpg-pool\b|syntax error at/, what);
  if (endpoint.speaks === 'oauth') {
    assertOAuth(endpoint, answer, what);
    return;
  }
  // Browsers are led there: a redirect, a page, or a problem where there was nothing to show.
  if (endpoint.isPage && (headers['content-type'] ?? 'text/html').startsWith('text/html')) return;
  if (status === endpoint.success.status) {
    if (endpoint.success.body === null) assert.equal(text, '', what);
    else assert.ok(endpoint.success.body.safeParse(JSON.parse(text)).success, what);
    return;
  }
  assertProblem(answer, what);
  const { code } = JSON.parse(text);
  const allowed: readonly string[] = [
    ...commonRefusals,
    ...endpoint.refusals,
    'denied',
    'method_not_allowed',
  ];
  assert.ok(allowed.includes(code), `the contract of ${name} does not know ${code}`);
  assert.ok(headers['content-type']);
}

/** A success of the contract, or an error of RFC 6749 §5.2 that says nothing else. */
function assertOAuth({ success }: Endpoint, { status, headers, text }: Exactly, what: string): void {
  if (status === success.status) {
    if (success.body !== null) assert.ok(success.body.safeParse(JSON.parse(text)).success, what);
    return;
  }
  // RFC 6750 §3.1: whoever shows no token is told by the challenge alone.
  if (status === 401 && text === '' && headers['www-authenticate']) return;
  // What is refused before anybody knows for which call it was.
  if (headers['content-type']?.startsWith('application/problem+json')) {
    assertProblem({ status, headers, text }, what);
    return;
  }
  assert.match(headers['content-type'] ?? '', /^application\/json/, what);
  assert.ok(status >= 400 && oauthErrorSchema.safeParse(JSON.parse(text)).success, what);
}

/** A problem answer (RFC 9457) that says of itself what its status line says. */
export function assertProblem({ status, headers, text }: Exactly, what: string): void {
  assert.match(headers['content-type'] ?? '', /^application\/problem\+json/, what);
  const problem = problemSchema.safeParse(JSON.parse(text));
  assert.ok(problem.success, what);
  assert.equal(problem.data.status, status, what);
}
