import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestServer } from '@argus/testing/server';
import { systemClock } from '../src/services/clock.ts';
import { codeIn, type RunningCode, running } from './documented-code.ts';
import { issuer, openArgus, registerService } from './link-stage.ts';

export interface GuideStage extends AsyncDisposable {
  readonly server: TestServer;
  /** The guide's own API, linked to Argus. */
  readonly api: RunningCode;
}

/** An Argus, and the block of a guide beside it with the key of a service. */
export async function openGuide(document: string): Promise<GuideStage> {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'argus-guide-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  // The example runs on the machine's own time, so Argus must too.
  const clock = { ...systemClock, advance: () => undefined, advanceTo: () => undefined };
  const server = stack.use(await openArgus({ clock }));
  const { serviceKey } = await registerService(server, 'notes-api');
  const file = join(folder, 'notes-api.jwk');
  writeFileSync(file, JSON.stringify(serviceKey.export({ format: 'jwk' })));
  const env = { ARGUS_ISSUER: issuer, ARGUS_URL: server.url, SERVICE_KEY_FILE: file };
  const api = stack.use(await running(await codeIn(document), env));
  const stage = stack.move();
  return { server, api, [Symbol.asyncDispose]: () => stage.disposeAsync() };
}
