import {
  type ActivityMethod,
  actionNameForm,
  activityBounds,
  activityMethods,
  otherName,
  routeClassForm,
  type StatusClass,
  statusClasses,
} from '@argus/contract';
import type { Principal } from '../principal.ts';

/** A request that was answered, as an application tells of it. */
export interface RecordedRequest {
  /** Only what people do is reported; a client by itself has no session. */
  readonly principal: Principal;
  /** The pattern of the route or a name of your own, never the path of one request; default `other`. */
  readonly routeClass?: string | undefined;
  readonly method: string;
  readonly status: number;
  /** Bytes of the body that was sent. */
  readonly bytesOut: number;
  /** Records that were read for it: rows, documents, people. */
  readonly records?: number | undefined;
  /** What was done that is sensitive, by names such as `notes.exported`; of more than seven in an entry the rest count as `other`. */
  readonly actions?: readonly string[] | undefined;
  /** Nobody was there: a timer asked. Such a request keeps no session alive. */
  readonly isPassive?: boolean | undefined;
}

/** The same with words of the contract and numbers within its bounds. */
export interface Seen {
  readonly sid: string;
  readonly routeClass: string;
  readonly method: ActivityMethod;
  readonly status: StatusClass;
  readonly bytesOut: number;
  readonly records: number;
  readonly actions: readonly string[];
  readonly isPassive: boolean;
}

const sidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What is told of a request; null where no session is behind it. May throw for what is no request at all. */
export function seenOf(request: RecordedRequest, routeClasses: RouteClasses): Seen | null {
  const { principal } = request;
  if (principal.kind !== 'person' || !sidForm.test(principal.sessionId)) return null;
  return {
    sid: principal.sessionId,
    routeClass: routeClasses.nameOf(request.routeClass),
    method: methods.get(request.method) ?? 'OTHER',
    status: statusClasses[Math.floor(request.status / 100) - 1] ?? '5xx',
    bytesOut: countOf(request.bytesOut, activityBounds.bytesOut),
    records: countOf(request.records, activityBounds.records),
    actions: request.actions?.slice(0, mostActions).map(actionNameOf) ?? noActions,
    isPassive: request.isPassive === true,
  };
}

const methods: ReadonlyMap<string, ActivityMethod> = new Map(
  activityMethods.map((method) => [method, method]),
);
const noActions: readonly string[] = [];
/** Of one request; a list without end is a mistake. */
const mostActions = 100;

function countOf(count: number | undefined, most: number): number {
  return count !== undefined && count > 0 ? Math.min(Math.floor(count), most) : 0;
}

function actionNameOf(name: string): string {
  return actionNameForm.test(name) ? name : otherName;
}

/** The names of routes that this process tells of. */
export interface RouteClasses {
  nameOf(given: string | undefined): string;
}

/** An application has fewer routes; one that names its requests one by one must not fill Argus with them. */
const mostRouteClasses = 500;
/** Numbers, UUIDs, tokens and addresses: a path that was not turned into a pattern. */
const idLike = /\d{4,}|[0-9a-f]{8}-[0-9a-f]{4}|[A-Za-z0-9_-]{40,}|@[A-Za-z0-9-]+\./;

/** What is not of the form of a name, looks like the path of one request, or is one too many counts under `other`. */
export function createRouteClasses(): RouteClasses {
  const known = new Set<string>();
  return {
    nameOf(given) {
      if (given === undefined) return otherName;
      if (known.has(given)) return given;
      if (known.size >= mostRouteClasses || !routeClassForm.test(given) || idLike.test(given))
        return otherName;
      known.add(given);
      return given;
    },
  };
}
