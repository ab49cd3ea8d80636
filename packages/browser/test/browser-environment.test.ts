import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { createSession } from '../src/index.ts';
import { browserEnvironment } from '../src/services/environment.ts';

const page = new EventTarget();
const original = { window: globalThis.window, document: globalThis.document };

/** Just enough of a page for listeners. */
function standIn(visibilityState: string): void {
  Object.assign(globalThis, {
    window: page,
    document: Object.assign(new EventTarget(), { visibilityState }),
  });
}

/** An event as the browser itself fires it; scripts cannot make one, so the test says so for it. */
function trusted(type: string): Event {
  return new Proxy(new Event(type), {
    get: (event, name) => (name === 'isTrusted' ? true : Reflect.get(event, name)),
  });
}

afterEach(() => Object.assign(globalThis, original));

test('a client can be made where there is no page', () => {
  assert.equal(createSession().current.state, 'unknown');
});

test('an event that a script made is no activity', () => {
  standIn('visible');
  let count = 0;
  browserEnvironment().page.onActivity(() => {
    count += 1;
  });
  page.dispatchEvent(new Event('pointerdown'));
  page.dispatchEvent(new Event('keydown'));
  assert.equal(count, 0);
});

test('nobody scrolls by hand with `scroll`: it is no activity because scripts cause it too', () => {
  standIn('visible');
  const heard: string[] = [];
  const listening = {
    addEventListener: (type: string) => heard.push(type),
    removeEventListener: () => undefined,
  };
  Object.assign(globalThis, { window: listening });
  browserEnvironment().page.onActivity(() => undefined);
  assert.ok(heard.includes('wheel') && heard.includes('touchmove') && !heard.includes('scroll'));
});

test('what a person does is activity in a visible page and not in a hidden one', () => {
  const listeners: ((event: Event) => void)[] = [];
  const listening = {
    addEventListener: (_type: string, run: (event: Event) => void) => listeners.push(run),
    removeEventListener: () => undefined,
  };
  let count = 0;
  for (const visibility of ['hidden', 'visible']) {
    standIn(visibility);
    Object.assign(globalThis, { window: listening });
    listeners.length = 0;
    browserEnvironment().page.onActivity(() => {
      count += 1;
    });
    listeners[0]?.(trusted('pointerdown'));
  }
  assert.equal(count, 1);
});

test('listeners are taken away again', () => {
  standIn('visible');
  let count = 0;
  const stop = browserEnvironment().page.onWake(() => {
    count += 1;
  });
  page.dispatchEvent(new Event('online'));
  stop();
  page.dispatchEvent(new Event('online'));
  assert.equal(count, 1);
});
