import type { z } from 'zod';
import type { Permission } from './administration.ts';
import type { RefusalCode } from './refusals.ts';

/**
 * Who may call: nobody in particular, a signed-in person by cookie, an operator, an OAuth client that proves itself,
 * whoever holds an access token, or a service that signs its request (RFC 9421).
 */
export type Caller =
  | 'anyone'
  | 'session'
  | 'refresh-cookie'
  | 'operator'
  | 'client'
  | 'access-token'
  | 'service';

/** One HTTP call of the contract. Routes, clients and OpenAPI are all made from this. */
export type Endpoint = PlainEndpoint | AdminEndpoint;

/** A call of administration says which permission it takes (`administration.ts`); the table in core says who has it. */
export interface AdminEndpoint extends AnyEndpoint {
  readonly caller: 'operator';
  readonly permission: Permission;
  readonly mayLackProof?: never;
}

interface PlainEndpoint extends AnyEndpoint {
  readonly caller: Exclude<Caller, 'operator'>;
  readonly permission?: never;
  /**
   * Answers a session too that has proved less than policy asks by now: here its person sees who is signed in, proves the
   * rest or sets up what would prove it.
   */
  readonly mayLackProof?: true;
}

interface AnyEndpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with `{name}` parameters. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Status of success and the schema of its body; `null` means no body. */
  readonly success: { readonly status: number; readonly body: z.ZodType | null };
  /** Form parameters and the errors of RFC 6749 §5.2 instead of JSON and problems. */
  readonly speaks?: 'oauth';
  /** JSON in spite of speaking OAuth (RFC 7591 §3.1). */
  readonly takesJson?: true;
  /**
   * What it concerns has versions, which travel as ETags (RFC 9110 §8.8.3): the answer tells it, or, beside that, the
   * call must name by `If-Match` the one that it changes.
   */
  readonly versioned?: 'told' | 'demanded';
  /** A browser is led here: the answer is a redirect or a page. */
  readonly isPage?: true;
  /** Refusals this call may answer, beyond those every call may (see `commonRefusals`). */
  readonly refusals: readonly RefusalCode[];
}

/** Any call may answer these. */
export const commonRefusals = [
  'malformed_request',
  'invalid_request',
  'foreign_origin',
  'tenant_suspended',
  'payload_too_large',
  'unsupported_media_type',
  'headers_too_large',
  'slow_down',
  'fault',
  'unavailable',
] as const satisfies readonly RefusalCode[];

export function defineEndpoint<const E extends Endpoint>(endpoint: E): E {
  return endpoint;
}

export type Schema = z.ZodType;
/** What a schema makes of its input; `Otherwise` where the endpoint has none. */
export type Parsed<S, Otherwise> = S extends z.ZodType ? z.output<S> : Otherwise;
