import type { Instant, UserId } from '@argus/contract';
import { type Parameters, parametersOf, plainParameters } from '../../http/parameters.ts';
import type { Services } from '../../services.ts';

/** An authorization request on its way: what was asked, since when, and what the person chose meanwhile. */
export interface Asked {
  readonly parameters: Parameters;
  /** The pushed request that they came from; used up when the client gets its answer. */
  readonly pushedUri: string | null;
  /** When it arrived here: a sign-in after this instant is one that was made for it. */
  readonly startedAt: Instant;
  /** The account that the person confirmed. */
  readonly chosenUserId: UserId | null;
  /** Who said yes to it. */
  readonly agreedUserId: UserId | null;
  /** The person was led to a page and came back; otherwise nothing they did can have been an answer to it. */
  readonly isContinued: boolean;
}

interface Carried {
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly pushedUri: string | null;
  readonly startedAt: Instant;
  readonly chosenUserId: UserId | null;
  readonly agreedUserId: UserId | null;
}

const purpose = 'authorization request';
const lifeMs = 30 * 60_000;
/** With this much a URL still passes every proxy. */
const longest = 6_000;

/**
 * The request as the pages of a sign-in carry it. It travels with the browser, encrypted and authenticated, so that
 * visitors who never sign in leave nothing behind in the database. Null when it is too long to travel.
 */
export function sealRequest({ secrets }: Pick<Services, 'secrets'>, asked: Asked): string | null {
  const { parameters, pushedUri, startedAt, chosenUserId, agreedUserId } = asked;
  const carried: Carried = {
    pushedUri,
    startedAt,
    chosenUserId,
    agreedUserId,
    parameters: plainParameters(parameters),
  };
  const sealed = secrets.seal(purpose, JSON.stringify(carried));
  return sealed.length <= longest ? sealed : null;
}

/** What was sealed, for half an hour; null for everything else. */
export function openRequest({ secrets, clock }: Services, sealed: string | undefined): Asked | null {
  if (sealed === undefined || sealed.length > longest) return null;
  const text = secrets.unseal(purpose, sealed);
  if (text === null) return null;
  const carried: Carried = JSON.parse(text); // nobody but us can have written it
  if (clock.now() - carried.startedAt > lifeMs) return null;
  const parameters = parametersOf(new Map(Object.entries(carried.parameters)));
  return { ...carried, parameters, isContinued: true };
}
