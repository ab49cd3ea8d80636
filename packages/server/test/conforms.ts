import assert from 'node:assert/strict';
import { commonRefusals, type Endpoint, endpoints, problemSchema } from '@argus/contract';
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
  assert.ok(status < 500, what);
  assert.doesNotMatch(text, /node:internal|\.ts:\d|at async|\bpg-pool\b|syntax error at/, what);
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

/** A problem answer (RFC 9457) that says of itself what its status line says. */
export function assertProblem({ status, headers, text }: Exactly, what: string): void {
  assert.match(headers['content-type'] ?? '', /^application\/problem\+json/, what);
  const problem = problemSchema.safeParse(JSON.parse(text));
  assert.ok(problem.success, what);
  assert.equal(problem.data.status, status, what);
}
