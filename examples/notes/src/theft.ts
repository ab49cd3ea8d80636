import { askArgus } from './argus-process.ts';

export interface Victim {
  readonly origin: string;
  readonly dataDir: string;
  readonly email: string;
  readonly password: string;
}

const chrome =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const refreshCookie = '__Host-argus_refresh';

/** Steal a refresh cookie from one scripted browser, use it in another, and tell what Argus saw. */
export async function showTheft(victim: Victim, tell: (line: string) => void): Promise<void> {
  const owner = scriptedBrowser(victim.origin, chrome);
  const { email: identifier, password } = victim;
  const signedIn = await owner.post('/api/sign-in', { identifier, password });
  if (signedIn.status !== 200)
    throw new Error(`Signing in as ${identifier} was answered ${signedIn.status}.`);
  const { session } = (await signedIn.json()) as { session: { id: string } }; // the contract's answer
  tell(`1. ${identifier} signs in with Chrome.`);

  const thief = scriptedBrowser(victim.origin, firefox);
  thief.cookies.set(refreshCookie, owner.cookies.get(refreshCookie) ?? '');
  tell('2. A thief copies the refresh cookie into Firefox.');
  tell(`3. Chrome refreshes as it does every few minutes: ${await refresh(owner)}.`);
  tell(`4. The thief uses the stolen cookie:              ${await refresh(thief)}.`);
  tell(`5. Chrome refreshes again:                        ${await refresh(owner)}.`);
  tell('   Either of them may be the thief, so the session is over for both. The audit log of this session:');
  for (const line of await auditLines(victim.dataDir, session.id)) tell(`   ${line}`);
}

async function refresh(browser: ScriptedBrowser): Promise<string> {
  const { status } = await browser.post('/api/session/refresh', {});
  return status === 200 ? '200, a new pair of tokens' : `${status}, refused`;
}

interface Party {
  readonly ip: string;
  readonly userAgent: string;
  readonly generation: number;
}

interface Event {
  readonly time: string;
  readonly type: string;
  readonly reason: string | null;
  readonly details: { readonly rotatedBy?: Party; readonly replayedBy?: Party };
}

async function auditLines(dataDir: string, sessionId: string): Promise<string[]> {
  const answer = await askArgus(dataDir, 'audit', 'list', '--session', sessionId);
  const { events } = answer as { events: Event[] }; // the contract's answer
  return events
    .reverse()
    .flatMap(({ time, type, reason, details: { rotatedBy, replayedBy } }) => [
      `${time.slice(11, 19)}  ${type}${reason ? ` (${reason})` : ''}`,
      ...(rotatedBy ? [`          rotated by  ${partyLine(rotatedBy)}`] : []),
      ...(replayedBy ? [`          replayed by ${partyLine(replayedBy)}`] : []),
    ]);
}

function partyLine({ ip, userAgent, generation }: Party): string {
  return `${ip}, ${userAgent === firefox ? 'Firefox' : 'Chrome'}, token ${generation}`;
}

interface ScriptedBrowser {
  readonly cookies: Map<string, string>;
  post(path: string, body: unknown): Promise<Response>;
}

/** As much of a browser as this needs: it keeps cookies and names its origin. */
function scriptedBrowser(origin: string, userAgent: string): ScriptedBrowser {
  const cookies = new Map<string, string>();
  return {
    cookies,
    async post(path, body) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const headers = { origin, 'user-agent': userAgent, 'content-type': 'application/json', cookie };
      const answer = await fetch(new URL(path, origin), {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      for (const line of answer.headers.getSetCookie()) {
        const [pair = ''] = line.split(';', 1);
        cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
      }
      return answer;
    },
  };
}
