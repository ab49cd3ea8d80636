/** What passkeys take from the browser. */
export interface WebAuthn {
  /** Null where the browser knows no passkeys, or the page is not secure. */
  readonly credentials: CredentialsContainer | null;
  readonly kind: typeof PublicKeyCredential | null;
  /** Run something once, after `delayMs` and not before the page is in sight. Returns how to call it off. */
  later(delayMs: number, run: () => void): () => void;
}

/** The browser this runs in. Safe to call where there is no page (server-side rendering). */
export function webAuthn(): WebAuthn {
  const kind = globalThis.PublicKeyCredential ?? null;
  return { kind, credentials: (kind && globalThis.navigator?.credentials) ?? null, later };
}

function later(delayMs: number, run: () => void): () => void {
  const page = globalThis.document;
  const look = (): void => {
    if (page.visibilityState !== 'visible') return;
    stop();
    run();
  };
  const timer = setTimeout(() => {
    page.addEventListener('visibilitychange', look);
    look();
  }, delayMs);
  const stop = (): void => {
    clearTimeout(timer);
    page.removeEventListener('visibilitychange', look);
  };
  return stop;
}
