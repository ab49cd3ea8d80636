import { type CurrentSession, createSession } from '@argus/browser';
import { element, say } from './elements.ts';
import { openNotes } from './notes.ts';
import { openPasskey } from './passkey.ts';
import { openWarning } from './warning.ts';

// The dialog asks for a decision, so moving the pointer towards it must not already decide.
const { base = '', passkeys } = document.body.dataset;
const session = createSession({ base, activityExtends: false, stepUp: 'ask' });
const notes = openNotes(session);
openWarning(session, leave);
if (passkeys === 'true') void openPasskey(session);

const states = ['unknown', 'signed-out', 'ended', 'signed-in'] as const;
let shown: CurrentSession = { state: 'unknown', trouble: null };

session.subscribe((current) => {
  for (const state of states) element(state).hidden = current.state !== state;
  element('who').hidden = current.state !== 'signed-in';
  if (current.state === 'signed-in') {
    element('name').textContent = current.user.name ?? current.user.email;
    const isNew = shown.state !== 'signed-in' || shown.user.id !== current.user.id;
    if (isNew) void notes.load();
  } else {
    notes.clear();
  }
  tellTheEnd(current);
  shown = current;
  showTime();
});

element('sign-out').addEventListener('click', leave);
setInterval(showTime, 1000);
await session.start();

function leave(): void {
  session.signOut().catch(() => notes.complain('You could not be signed out just now. Please try again.'));
}

/** Whoever was reading notes a moment ago must notice, by eye or by ear, why they are gone. */
function tellTheEnd(current: CurrentSession): void {
  if (current.state === shown.state) return;
  if (current.state === 'ended') {
    say('Your session has ended.');
    element('ended-title').focus();
  }
  if (current.state === 'signed-out' && shown.state === 'signed-in') say('You are signed out.');
}

function showTime(): void {
  if (shown.state !== 'signed-in') return;
  const { idleExpiresAt, absoluteExpiresAt } = shown.session;
  const endsAt = Math.min(Date.parse(idleExpiresAt), Date.parse(absoluteExpiresAt));
  const isIdle = Date.parse(idleExpiresAt) < Date.parse(absoluteExpiresAt);
  const left = clockOf(Math.max(0, Math.round((endsAt - Date.now()) / 1000)));
  const sentence = shown.trouble
    ? 'Argus cannot be reached at the moment; trying again.'
    : isIdle
      ? `Without activity you will be signed out in ${left}.`
      : `This session can last another ${left}.`;
  if (element('until').textContent !== sentence) element('until').textContent = sentence;
}

function clockOf(seconds: number): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
