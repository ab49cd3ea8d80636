import type { Caller } from '../src/passkeys/index.ts';

type Answering = (body: unknown) => Response;
type Asked = {
  readonly publicKey: Record<string, unknown>;
  readonly mediation?: string;
  signal: AbortSignal;
};

const rpId = 'notes.example';
const descriptor = { id: 'AQID', type: 'public-key', transports: ['internal'] };
export const requestOptions = { challenge: '_-8', rpId, timeout: 300_000, allowCredentials: [descriptor] };
export const creationOptions = {
  challenge: '_-8',
  rp: { id: rpId, name: 'Argus' },
  user: { id: 'AQ', name: 'ada@example.org', displayName: 'Ada' },
  excludeCredentials: [descriptor],
};
export const userId = '00000000-0000-7000-8000-0000000000ff';

const buffer = (...bytes: number[]): ArrayBuffer => Uint8Array.from(bytes).buffer;
/** As a password manager may give it: without `toJSON`. */
export const credential = {
  id: 'AQID',
  rawId: buffer(1, 2, 3),
  type: 'public-key',
  response: { clientDataJSON: buffer(255, 239), authenticatorData: buffer(2), signature: buffer(3) },
  getClientExtensionResults: () => ({}),
};

export const refused = (status: number, code: string): Response =>
  new Response(JSON.stringify({ status, code }), { status, headers: { 'retry-after': '7' } });

/** A browser with passkeys that does as `act` says, and Argus behind a session that answers as `answers` say. */
export function fakePasskeys(
  act: (asked: Asked) => Promise<unknown>,
  answers: Readonly<Record<string, Answering>>,
) {
  const calls: { readonly call: string; readonly body: unknown }[] = [];
  const asked: Asked[] = [];
  const signals: { readonly method: string; readonly about: unknown }[] = [];
  let checks = 0;
  const session: Caller = {
    base: '',
    current: {
      state: 'signed-in',
      user: { id: userId, email: 'ada@example.org', name: 'Ada', roles: [] },
    } as unknown as Caller['current'], // what is read of it
    async check() {
      checks += 1;
    },
    async fetch(input, init = {}) {
      const call = `${init.method} ${input instanceof Request ? input.url : String(input)}`;
      const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
      calls.push({ call, body });
      const answer = answers[call];
      if (!answer) throw new TypeError('Failed to fetch');
      return answer(body);
    },
  };
  const take = (given: Asked): Promise<unknown> => {
    asked.push(given);
    return act(given);
  };
  const signal = (method: string) => async (about: unknown) => void signals.push({ method, about });
  stand('navigator', { credentials: { get: take, create: take } });
  stand('PublicKeyCredential', {
    isUserVerifyingPlatformAuthenticatorAvailable: async () => true,
    isConditionalMediationAvailable: async () => Promise.reject(new Error('not today')),
    signalAllAcceptedCredentials: signal('accepted'),
    signalCurrentUserDetails: signal('user'),
  });
  return { session, calls, asked, signals, checks: () => checks };
}

/** Put something in the place of a global, as the page of another browser has it. */
export function stand(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

/** Waits as a browser does until it is called off. */
export function waiting({ signal }: Asked): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
  });
}
