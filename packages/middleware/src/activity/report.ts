import type { ServerResponse } from 'node:http';
import type { Principal } from '../principal.ts';
import type { Activity } from './activity.ts';
import { type Observed, observeNode, observeResponse } from './observe.ts';
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

/** A request that was let in, and what its adapter knows of it. */
export interface Reportable {
  /** What `noteActivity` is given. */
  readonly request: object & { readonly method?: string | undefined };
  readonly principal: Principal;
  /** The pattern that it matched; asked when the response has ended. */
  routeClass?(): string | undefined;
}

type Recorder = Pick<Activity, 'record'>;

/** Record a request as it ended. */
export function recordObserved(activity: Recorder, reportable: Reportable, observed: Observed): void {
  const { request, principal } = reportable;
  const note = notes.get(request);
  const routeClass = note?.routeClass ?? reportable.routeClass?.();
  activity.record({ ...note, principal, method: request.method ?? '', routeClass, ...observed });
}

const reported = new WeakSet<object>();

/** Record a node request when its response ends; once, however many doors it passes. */
export function reportNode(activity: Recorder, response: ServerResponse, reportable: Reportable): void {
  if (reported.has(response)) return;
  reported.add(response);
  observeNode(response, (observed) => recordObserved(activity, reportable, observed));
}

/** Record a fetch request when its response was read; answers the one to send on. */
export function reportResponse(activity: Recorder, response: Response, reportable: Reportable): Response {
  const { request } = reportable;
  if (reported.has(request)) return response;
  reported.add(request);
  return observeResponse(response, (observed) => recordObserved(activity, reportable, observed));
}
