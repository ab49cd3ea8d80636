import { fieldsOf, type KeptForm } from '../kept-form.ts';
import type { GatewayAnswer, HeaderLine } from '../verdict.ts';
import { escaped, pageAnswer, paragraph, wayOn } from './page.ts';

/** A dead end that says where it goes on from here. */
export interface Notice {
  readonly status: number;
  readonly title: string;
  readonly sentence: string;
  /** Null where only the application itself could help. */
  readonly on: { readonly href: string; readonly label: string } | null;
  readonly lines?: readonly HeaderLine[];
}

export function noticePage({ status, title, sentence, on, lines = [] }: Notice): GatewayAnswer {
  const html = paragraph(sentence) + (on === null ? '' : wayOn(on.href, on.label));
  return pageAnswer({ status, title, body: { html }, headers: lines });
}

/** Argus cannot be asked now. A page that was only being loaded comes back by itself. */
export function waitPage(retryAfterSeconds: number, isRepeatable: boolean): GatewayAnswer {
  const sentence = isRepeatable
    ? 'The sign-in service does not answer at the moment. This page tries again by itself.'
    : 'The sign-in service does not answer at the moment, so nothing was done. Go back and send it again in a moment.';
  return pageAnswer({
    status: 503,
    title: 'One moment, please',
    body: { html: paragraph(sentence) },
    ...(isRepeatable ? { refresh: { seconds: retryAfterSeconds } } : {}),
    headers: [['retry-after', String(retryAfterSeconds)]],
  });
}

/**
 * Leads on to another host without a redirect, which browsers would hold against the `form-action` of the page that
 * sent the form. Where it leads stands in a header; a link in the page, for browsers that do not follow it, has no more
 * than `link`.
 */
export function leadOnPage(to: {
  readonly url: string;
  readonly link: string;
  readonly title: string;
  readonly lines: readonly HeaderLine[];
}): GatewayAnswer {
  return pageAnswer({
    status: 200,
    title: to.title,
    body: { html: wayOn(to.link, 'Continue') },
    refresh: { seconds: 0, url: to.url },
    headers: to.lines,
  });
}

/** Shows what would be sent where, and sends it only by the person's own press (RFC 9110 §9.2.1). */
export function confirmPage(form: KeptForm, cancelHref: string): GatewayAnswer {
  const fields = fieldsOf(form);
  const rows = fields.map(
    ([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${shown(name, value)}</td></tr>`,
  );
  const inputs = fields.map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  const html = [
    paragraph(`You have proved who you are. Before you did, you wanted to send this to ${form.action}:`),
    rows.length === 0 ? paragraph('(an empty form)') : `<table>${rows.join('')}</table>`,
    `<form method="post" action="${escaped(form.action)}">${inputs.join('')}<button class="act">Continue</button></form>`,
    `<a class="act second" href="${escaped(cancelHref)}">Cancel</a>`,
  ].join('');
  // Browsers hold this against where the application's own answer to the form leads as well.
  const formAction = "'self' https: http:";
  return pageAnswer({ status: 200, title: 'Send it now?', body: { html }, formAction });
}

/** The end of a step-up in a window: tells the page that opened it, which is of the same origin. */
export function windowDonePage(): GatewayAnswer {
  return pageAnswer({
    status: 200,
    title: 'Done',
    body: { html: paragraph('You can close this window.') },
    script: doneScript,
  });
}

const doneScript = `const id = new URL(location.href).searchParams.get('window');
new BroadcastChannel('argus-step-up').postMessage({ argus: 1, message: { kind: 'window-done', id } });
window.close();`;

const longestShown = 200;
const secretNames = /pass|secret|token|pin$|code|csrf/i;

function shown(name: string, value: string): string {
  if (secretNames.test(name)) return '••••••';
  return escaped(value.length > longestShown ? `${value.slice(0, longestShown)} …` : value);
}
