import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Argus,
  type Config,
  firstAdministratorLink,
  startArgus,
  startArgusWithWorkers,
  type WrittenMail,
} from '@argus/server';
import { type Applied, apply } from '../apply.ts';
import type { Peer } from '../exchange.ts';
import { Failure, messageOf } from '../failure.ts';
import { findServer } from '../find-server.ts';
import { removeServerFile, type ServerFile, writeServerFile } from '../server-file.ts';
import type { Terminal } from '../terminal.ts';
import { refuseOtherServer } from './other-server.ts';
import { readSettings, type ServeFlags, type Settings } from './settings.ts';
import { startFailure } from './start-failure.ts';
import { type Stop, watchForStop } from './stop.ts';
import { mailLine, type Started, welcome } from './welcome.ts';

/** Run the server until it is told to stop. Ends the process: nothing may linger after the database has stopped. */
export async function serve(terminal: Terminal, flags: ServeFlags): Promise<void> {
  const settings = await readSettings(terminal, flags);
  const stop = watchForStop(terminal);
  const isFirst = !existsSync(join(settings.config.dataDir, 'operator.key'));
  const argus = await start(terminal, settings, stop);
  const file = fileOf(settings.config, argus);
  try {
    await writeServerFile(settings.config.dataDir, file);
    const applied = await applyGiven(settings);
    // The document may have declared the first administrator.
    const firstLink = applied ? await firstAdministratorLink(argus.services) : argus.firstLink;
    const started: Started = { ...settings, url: argus.url, firstLink, file, isFirst, applied };
    if (flags.json) terminal.sayJson(asJson(started));
    else for (const line of welcome(started)) terminal.say(line);
    const why = await stop.wanted;
    if (!stop.isFault())
      terminal.note(`${why}: finishing what is in flight, at most 10 s; a second signal stops at once.`);
  } finally {
    await removeServerFile(settings.config.dataDir, file.pid);
    await argus.close();
    stop.done();
  }
  process.exit(stop.isFault() ? 1 : 0);
}

async function start(terminal: Terminal, { config, workers }: Settings, stop: Stop): Promise<Argus> {
  const onMailWritten = (mail: WrittenMail) => terminal.note(mailLine(mail));
  try {
    await refuseOtherServer(config);
    if (workers === 1) return await startArgus(config, { onMailWritten });
    const onExhausted = () => stop.now('workers die faster than they may be replaced');
    return await startArgusWithWorkers(config, { workers, onExhausted, onMailWritten });
  } catch (error) {
    throw startFailure(config, error);
  }
}

/** Commands come from this machine, so a server that listens everywhere is reached by loopback. */
function fileOf({ tls }: Config, { url }: Argus): ServerFile {
  const local = url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
  return { url: local, pid: process.pid, ...(tls ? { certificate: tls.cert } : {}) };
}

async function applyGiven({ config, document }: Settings): Promise<Applied | null> {
  if (document === null) return null;
  const peer: Peer = await findServer({ data: config.dataDir });
  return await apply(peer, document).catch((error: unknown) => {
    const lines = error instanceof Failure ? error.lines : [];
    throw new Failure(`The server started, but ${messageOf(error)} It is stopped again.`, { lines });
  });
}

function asJson({ config, firstLink, file, applied }: Started) {
  return {
    issuer: config.issuer,
    url: file.url,
    pid: file.pid,
    dataDir: config.dataDir,
    firstAdministratorLink: firstLink,
    applied,
  };
}
