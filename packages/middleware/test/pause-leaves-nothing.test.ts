import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { pause } from '../src/services/clock.ts';

test('a pause leaves no listener on the signal that could have ended it', async () => {
  const closing = new AbortController();
  const { signal } = closing;
  for (let times = 0; times < 3; times += 1) await pause(1, signal);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
  const long = pause(60_000, signal);
  assert.equal(getEventListeners(signal, 'abort').length, 1);
  closing.abort();
  await long;
});
