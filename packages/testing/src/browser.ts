import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';

const execFileAsync = promisify(execFile);

const installedPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * Finds a Chromium that starts, or brings one: `ARGUS_CHROMIUM`, an installed one, the one that came with
 * `npm ci`, and on Debian as root the package `chromium`.
 *
 * @returns the path of the executable
 * @throws when there is none, saying what was tried; a browser test is never skipped in silence
 */
export function chromiumPath(): Promise<string> {
  found ??= findChromium();
  return found;
}

let found: Promise<string> | undefined;

async function findChromium(): Promise<string> {
  const named = process.env.ARGUS_CHROMIUM;
  if (named) {
    if (await starts(named)) return named;
    throw new Error(`ARGUS_CHROMIUM names ${named}, which does not start.`);
  }
  for (const place of installedPlaces) {
    if (existsSync(place) && (await renders(place))) return place;
  }
  const tried = [`no installed Chromium among ${installedPlaces.join(', ')}`];
  for (const bring of [chromiumFromNpm, chromiumFromDebian]) {
    try {
      return await bring();
    } catch (error) {
      tried.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(`No Chromium for the browser tests:\n  ${tried.join('\n  ')}\nSet ARGUS_CHROMIUM to one.`);
}

/**
 * Starts a headless Chromium with an empty profile. The caller closes it; each `newContext()` is a person
 * with cookies of their own.
 */
export async function launchBrowser(): Promise<Browser> {
  return launch(await chromiumPath());
}

async function launch(executablePath: string): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath,
    headless: true,
    env: launchEnvironment(executablePath),
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** The npm build carries the libraries that a bare system lacks; they lie beside it when they were needed. */
function launchEnvironment(executablePath: string): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) environment[name] = value;
  const libraries = join(dirname(executablePath), 'al2023', 'lib');
  if (existsSync(libraries)) environment.LD_LIBRARY_PATH = libraries;
  const fonts = join(dirname(executablePath), 'fonts');
  if (existsSync(fonts)) environment.FONTCONFIG_PATH ??= fonts;
  return environment;
}

async function starts(path: string): Promise<boolean> {
  try {
    accessSync(path, constants.X_OK);
    const options = { env: launchEnvironment(path), timeout: 20_000 };
    const { stdout } = await execFileAsync(path, ['--version', '--no-sandbox'], options);
    return /Chrom/i.test(stdout);
  } catch {
    return false;
  }
}

/** Letters beyond a small font: the npm build stops on them where the system has no fonts at all. */
const letters =
  '<meta charset="utf-8"><body style="font-family: system-ui">“ä” · … → ✓ 中 😀<input autofocus>';

/** Whether it not only starts but shows a page with all kinds of letters. */
async function renders(path: string): Promise<boolean> {
  if (!(await starts(path))) return false;
  let browser: Browser | undefined;
  try {
    browser = await launch(path);
    const page = await browser.newPage();
    await page.setContent(letters, { timeout: 20_000 });
    return (await page.screenshot({ timeout: 20_000 })).length > 0;
  } catch {
    return false;
  } finally {
    await browser?.close();
  }
}

async function chromiumFromNpm(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`the npm build runs on linux-x64 only, this is ${process.platform}-${process.arch}`);
  }
  const packageFile = new URL('../package.json', import.meta.resolve('@sparticuz/chromium'));
  const { version } = JSON.parse(await readFile(packageFile, 'utf8'));
  const home = join(tmpdir(), `argus-chromium-${version}-${process.getuid?.() ?? 'user'}`);
  const executable = join(home, 'chromium');
  if (await renders(executable)) return executable;
  await rm(home, { recursive: true, force: true });
  await unpackInto(home, packageFile);
  if (await renders(executable)) return executable;
  throw new Error(
    'the Chromium from npm was unpacked but does not render (missing system libraries or fonts?)',
  );
}

// The package unpacks into os.tmpdir() and takes whatever file of that name it finds there as finished:
// so it runs in a process of its own whose temporary folder is new.
const unpack = `
  import chromium, { inflate } from '@sparticuz/chromium';
  if (process.env.ARGUS_LIBRARIES) await inflate(process.env.ARGUS_LIBRARIES);
  else await chromium.executablePath();
`;

/** Unpacks beside the final place and renames, so that two runs at once never see half a browser. */
async function unpackInto(home: string, packageFile: URL): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'argus-chromium-'));
  const run = (libraries: string): Promise<unknown> =>
    execFileAsync(process.execPath, ['--input-type=module', '--eval', unpack], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { ...process.env, TMPDIR: scratch, ARGUS_LIBRARIES: libraries },
      timeout: 120_000,
    });
  await run('');
  if (!(await starts(join(scratch, 'chromium')))) {
    await run(fileURLToPath(new URL('bin/al2023.tar.br', packageFile)));
  }
  try {
    await rename(scratch, home);
  } catch {
    // Another run was faster and its copy stands.
    await rm(scratch, { recursive: true, force: true });
  }
}

async function chromiumFromDebian(): Promise<string> {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error('not root on a Debian system, so apt-get cannot bring one');
  }
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: 600_000 };
  await execFileAsync('apt-get', ['update', '-q'], options);
  await execFileAsync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], options);
  if (await renders('/usr/bin/chromium')) return '/usr/bin/chromium';
  throw new Error('apt-get installed chromium, but it does not render');
}
