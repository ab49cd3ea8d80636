import type { OpenedWindow } from '../src/services/environment.ts';
import type { createFakeChannels } from './fake-channels.ts';

/** A window with Argus's pages for a step-up in it. */
export interface FakeWindow extends OpenedWindow {
  closed: boolean;
  readonly url: URL;
  /** What the script of its pages says. */
  say(word: 'open' | 'left' | 'closed' | 'done'): void;
}

interface Opener {
  readonly isBlocking: boolean;
  hasFocus: boolean;
  readonly windows: FakeWindow[];
}

/** What `window.open` does in a tab: it takes the focus, and `closed` tells of it as the test says. */
export function openFakeWindow(
  opener: Opener,
  url: string,
  channels: ReturnType<typeof createFakeChannels>,
): FakeWindow | null {
  if (opener.isBlocking) return null;
  const at = new URL(url, 'https://notes.example');
  const id = new URL(at.searchParams.get('returnTo') ?? '', at).searchParams.get('window');
  const channel = channels.openChannelOf({})('argus-step-up', () => undefined);
  const opened: FakeWindow = {
    closed: false,
    url: at,
    focus: () => undefined,
    close() {
      opened.closed = true;
      channel.close();
      opener.hasFocus = true;
    },
    say: (word) => channel.postMessage({ argus: 1, message: { kind: `window-${word}`, id } }),
  };
  opener.hasFocus = false;
  opener.windows.push(opened);
  return opened;
}
