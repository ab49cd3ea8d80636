import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { seeded } from '@argus/testing/seeded';
import type { Principal, ProtectOptions } from '../src/index.ts';
import { type ContractApp, chunks, demands, dressed, publicUrl } from './contract-routes.ts';
import { fakeIssuer } from './fake-issuer.ts';
import { proofMaker } from './proof-maker.ts';

export async function* slowly(): AsyncGenerator<Buffer> {
  for (const chunk of chunks) {
    await setImmediate();
    yield Buffer.from(chunk);
  }
}

function slowStream(): ReadableStream<Uint8Array> {
  const source = slowly();
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
  });
}

/** An issuer, the options of three doors, and what the handlers were seen to do. */
export async function contractSetting() {
  const { clock, random } = seeded();
  const issuer = await fakeIssuer({ clock, random });
  const maker = await proofMaker(clock);
  const seen = { handlers: 0, refusals: [] as string[] };
  const main: ProtectOptions = {
    issuer: issuer.url,
    fetch: issuer.fetch,
    clock,
    publicUrl,
  };
  const unreachable = () => Promise.reject(new Error('no route to host'));
  // A store of somebody else's may reject with anything, also with what frameworks take for "go on".
  const replays = { claim: () => Promise.reject(undefined) };
  const app: ContractApp = {
    options: {
      main,
      down: { ...main, fetch: unreachable },
      broken: { ...main, dpop: { replays } },
      nonce: { ...main, dpop: { nonce: true, nonceSecret: 'the same in all processes of an app' } },
    },
    demands,
    onRefused: ({ code, reason }) => void seen.refusals.push(`${code} ${reason}`),
    me: async (principal) => {
      seen.handlers++;
      await setImmediate();
      return saidOf(principal);
    },
    reached: () => void seen.handlers++,
    stream: () => {
      seen.handlers++;
      return new Response(slowStream(), { status: 202, headers: dressed });
    },
    faults: [],
    secret: 'the handler’s own secret',
  };
  const bound = (changes: object = {}) => issuer.token({ cnf: { jkt: maker.jkt }, ...changes });
  return { clock, issuer, maker, bound, seen, app };
}

function saidOf(principal: Principal): object {
  const { kind, source, tenant, roles, claims } = principal;
  return {
    kind,
    source,
    tenant,
    user: principal.kind === 'person' ? principal.userId : principal.clientId,
    isFrozen: [principal, roles, claims].every(Object.isFrozen),
  };
}

export function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
