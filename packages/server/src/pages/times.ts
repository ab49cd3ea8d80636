import { type Html, html } from './html.ts';

// The server does not know the reader's time zone, so absolute times are UTC and say so.
const absoluteFormat = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZone: 'UTC',
});
const relativeFormat = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** A `<time>` that reads as both: "3 minutes ago" and "23 Nov 2025, 14:31 UTC". Text that is no time stays text. */
export function timeBoth(iso: string, now: string): Html {
  const [at, from] = [instantOf(iso), instantOf(now)];
  if (at === null || from === null) return html`<span>${iso}</span>`;
  return html`<time datetime="${iso}"><span class="relative">${relativeWords(at - from)}</span> <span class="absolute">${absoluteWords(at)}</span></time>`;
}

/** A `<time>` that reads "3 minutes ago"; only where the absolute time stands beside it. */
export function timeRelative(iso: string, now: string): Html {
  const [at, from] = [instantOf(iso), instantOf(now)];
  if (at === null || from === null) return html`<span>${iso}</span>`;
  return html`<time datetime="${iso}">${relativeWords(at - from)}</time>`;
}

/** A `<time>` that reads "23 Nov 2025, 14:31 UTC". */
export function timeAbsolute(iso: string): Html {
  const at = instantOf(iso);
  if (at === null) return html`<span>${iso}</span>`;
  return html`<time datetime="${iso}">${absoluteWords(at)}</time>`;
}

/** Milliseconds of an RFC 3339 time; null for any other text (`Date.parse` alone reads far too much). */
export function instantOf(iso: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(iso)) return null;
  const at = Date.parse(iso);
  return Number.isNaN(at) ? null : at;
}

/** "23 Nov 2025, 14:31 UTC". */
export function absoluteWords(at: number): string {
  return `${absoluteFormat.format(at)} UTC`;
}

const steps = [
  { unit: 'minute', size: 60 },
  { unit: 'hour', size: 24 },
  { unit: 'day', size: 30.44 },
  { unit: 'month', size: 12 },
  { unit: 'year', size: Number.POSITIVE_INFINITY },
] as const;

/** "just now", "3 minutes ago", "in 12 hours" for a distance in milliseconds; negative is past. */
export function relativeWords(distanceMs: number): string {
  if (Math.abs(distanceMs) < 45_000) return distanceMs > 0 ? 'in a moment' : 'just now';
  let amount = distanceMs / 60_000;
  for (const { unit, size } of steps) {
    const whole = Math.round(Math.abs(amount)) || 1;
    if (whole < size) return relativeFormat.format(Math.sign(amount) * whole, unit);
    amount /= size;
  }
  return 'just now';
}

/** "40 seconds", "2 minutes", "1 hour": how long to wait, rounded up so that nobody comes back too early. */
export function durationWords(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole < 90) return counted(whole, 'second');
  if (whole <= 90 * 60) return counted(Math.ceil(whole / 60), 'minute');
  return counted(Math.ceil(whole / 3600), 'hour');
}

/** "30 days", and what is under two days in hours, minutes or seconds. */
export function spanWords(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  return days < 2 ? durationWords(seconds) : counted(days, 'day');
}

function counted(amount: number, unit: string): string {
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}
