// @ts-check
/**
 * A step-up in a window that an application opened: tells its page over a BroadcastChannel how it stands, since
 * `opener` and `closed` are cut off where the two pages differ in `Cross-Origin-Opener-Policy`.
 */

const field = document.querySelector('input[name="returnTo"]');
const end = field instanceof HTMLInputElement ? field.value : location.href;
const id = new URL(end, location.href).searchParams.get('window');
const channel = new BroadcastChannel('argus-step-up');
let isSent = false;

/** @param {'open' | 'left' | 'closed' | 'done'} word */
function say(word) {
  channel.postMessage({ argus: 1, message: { kind: `window-${word}`, id } });
}

if (document.querySelector('[data-done]')) {
  say('done');
  window.close();
} else {
  document.addEventListener('submit', ({ defaultPrevented }) => {
    isSent = !defaultPrevented;
  });
  // A script that sends a form itself fires no `submit`.
  document.addEventListener('passkey-sent', () => {
    isSent = true;
  });
  window.addEventListener('pageshow', () => {
    isSent = false;
    say('open');
  });
  window.addEventListener('pagehide', () => say(isSent ? 'left' : 'closed'));
}
