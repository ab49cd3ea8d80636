import type { RefusalCode } from '@argus/contract';
import type { PersonPrincipal } from '../principal.ts';
import type { RequestParts } from '../request-parts.ts';

/** What the gateway reads of a request, so that an adapter need not build a fetch `Request`. */
export interface GatewayParts extends RequestParts {
  /**
   * The whole body, asked for only where the gateway itself answers. Undefined when it is longer than `most` bytes,
   * or when somebody else has read it before.
   */
  body(most: number): Promise<Uint8Array | undefined>;
}

/** One line of a header; `set-cookie` comes several times, so an object could not hold them. */
export type HeaderLine = readonly [name: string, value: string];

/** A whole answer, ready to be written by any server. */
export interface GatewayAnswer {
  readonly status: number;
  readonly headers: readonly HeaderLine[];
  readonly body: string;
}

/** The request goes on to the application. */
export interface GatewayPass {
  readonly kind: 'pass';
  /** Who is signed in; null for nobody, where the door asks for nobody. */
  readonly principal: PersonPrincipal | null;
  /**
   * To be added to the application's answer as late as possible: new cookies, and `cache-control: no-store` with them.
   * An application that loses them loses its session soon after.
   */
  readonly headers: readonly HeaderLine[];
  /** For calls of the server to APIs behind `protect`; null for nobody. Never to be handed to a page. */
  accessToken(): string | null;
}

/** `refusal` is for the application's log; null where the answer is no refusal. */
export type Answered<A> = { readonly kind: 'answer'; readonly refusal: GatewayRefusal | null } & A;
export type GatewayVerdict = Answered<{ readonly response: Response }> | GatewayPass;
export type GatewayPartsVerdict = Answered<{ readonly answer: GatewayAnswer }> | GatewayPass;

export interface GatewayRefusal {
  readonly code: RefusalCode;
  /** Why in detail; not for the caller. */
  readonly reason: string;
}
