import { type Endpoint, type Problem, problemSchema } from '@argus/contract';
import { exchange, type Peer } from './exchange.ts';
import { codeOf, Failure, messageOf } from './failure.ts';

/** What an endpoint's success carries. */
export type AnswerOf<E extends Endpoint> = E['success']['body'] extends { parse(value: unknown): infer Body }
  ? Body
  : null;

export interface Question {
  readonly params?: Readonly<Record<string, string>>;
  /** Undefined fields are left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly silenceMs?: number;
}

/** A server that said no. */
export class Refused extends Failure {
  readonly problem: Problem;

  constructor(problem: Problem) {
    const lines = (problem.errors ?? []).map(({ path, message }) => `${path}: ${message}`);
    if (problem.code === 'fault')
      lines.push(`The server's log names this as request ${problem.requestId ?? '?'}.`);
    super(`${problem.title} (${problem.code})`, { lines });
    this.name = 'Refused';
    this.problem = problem;
  }
}

/** Ask the server one call of the contract; throws `Refused` for a no and `Failure` when there is no right answer. */
export async function ask<const E extends Endpoint>(
  peer: Peer,
  endpoint: E,
  question: Question = {},
): Promise<AnswerOf<E>> {
  const { status, text } = await exchange(peer, {
    method: endpoint.method,
    path: pathOf(endpoint, question),
    silenceMs: question.silenceMs ?? 30_000,
    ...(question.headers === undefined ? {} : { headers: question.headers }),
    ...(question.body === undefined ? {} : { body: JSON.stringify(question.body) }),
  }).catch((error: unknown) => {
    throw unreachable(peer, error);
  });
  if (status !== endpoint.success.status) throw refusalIn(peer, status, text);
  const schema = endpoint.success.body;
  const parsed = schema === null ? { success: true, data: null } : schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data as AnswerOf<E>; // by the very schema of E
  throw new Failure(`${peer.url} answers ${endpoint.path} in a form that this command line does not know.`);
}

/** The path of a call with everything that it names. */
export function pathOf(endpoint: Endpoint, { params = {}, query = {} }: Question): string {
  const path = endpoint.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  );
  const fields = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return fields.length === 0 ? path : `${path}?${new URLSearchParams(fields)}`;
}

/** What an answer that is no success says. */
export function refusalIn(peer: Peer, status: number, text: string): Failure {
  const problem = problemSchema.safeParse(jsonOf(text));
  if (!problem.success)
    return new Failure(`${peer.url} is not an Argus that this command line knows (${status}).`);
  if (problem.data.code !== 'operator_key_required') return new Refused(problem.data);
  return new Failure('The server does not accept this operator key from here.', {
    lines: ['It must come from the data directory of that server, over the loopback of its own machine.'],
  });
}

export function unreachable(peer: Peer, error: unknown): Failure {
  const reason = codeOf(error) === 'ECONNREFUSED' ? 'nothing listens there' : messageOf(error);
  return new Failure(`Argus does not answer at ${peer.url}: ${reason}.`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
