import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../principal.ts';
import type { Activity } from './activity.ts';
import { type Observed, observeNode } from './observe.ts';
import type { RecordedRequest } from './recorded-request.ts';

/** What only the application knows of a request. */
export type ActivityNote = Pick<RecordedRequest, 'routeClass' | 'records' | 'actions' | 'isPassive'>;

const notes = new WeakMap<object, ActivityNote>();

/** Say more about a request while it is answered: records and actions add up, of the rest the last word counts. */
export function noteActivity(request: object, note: ActivityNote): void {
  const before = notes.get(request);
  const records = (before?.records ?? 0) + (note.records ?? 0);
  const actions = [...(before?.actions ?? []), ...(note.actions ?? [])];
  notes.set(request, { ...before, ...note, records, actions });
}

/** A request of which an adapter knows who made it, and which pattern it matched. */
export interface Reportable {
  /** What `noteActivity` is given. */
  readonly request: object;
  readonly method: string;
  readonly principal: Principal;
  /** Asked when the response has ended: by then it is known. */
  routeClass(): string | undefined;
}

/** Record a request as it ended. */
export function recordObserved(activity: Activity, reportable: Reportable, observed: Observed): void {
  const { request, method, principal } = reportable;
  const note = notes.get(request);
  const routeClass = note?.routeClass ?? reportable.routeClass();
  activity.record({ ...note, principal, method, routeClass, ...observed });
}

const observed = new WeakSet<ServerResponse>();

/** Record a node request when its response ends; once, however many doors it passes. */
export function reportNode(
  activity: Activity,
  exchange: { readonly message: IncomingMessage; readonly response: ServerResponse },
  reportable: Omit<Reportable, 'request' | 'method'>,
): void {
  const { message, response } = exchange;
  if (observed.has(response)) return;
  observed.add(response);
  observeNode(response, (seen) => {
    const { principal } = reportable;
    const routeClass = () => reportable.routeClass();
    recordObserved(activity, { request: message, method: message.method ?? '', principal, routeClass }, seen);
  });
}
