import { repeat } from '../services/clock.ts';
import type { Services } from '../services.ts';
import { completeRecoveries } from './complete-recoveries.ts';
import { deliverLogouts } from './deliver-logouts.ts';
import { deliverMails } from './deliver-mails.ts';
import { disableIdleAccounts, type IdleSearch } from './disable-idle.ts';
import { endExpiredSessions, type Sweep } from './end-expired.ts';
import { endTenants } from './end-tenants.ts';
import { endEarlyOnes, enforcePolicies } from './enforce-policies.ts';
import { erasePeople } from './erase-people.ts';
import { forgetUnusedClients } from './forget-clients.ts';
import { forgetWhatExpired } from './forget-expired.ts';
import { runImports } from './run-imports.ts';

export type Job =
  | 'end-expired'
  | 'enforce-policies'
  | 'end-early-ones'
  | 'tend-keys'
  | 'deliver-logouts'
  | 'deliver-mails'
  | 'complete-recoveries'
  | 'disable-idle'
  | 'erase-people'
  | 'end-tenants'
  | 'forget-expired'
  | 'forget-clients'
  | 'run-imports';

/** What one process of an installation does beside answering; each node has one that does. */
export const allJobs: readonly Job[] = [
  'end-expired',
  'enforce-policies',
  'end-early-ones',
  'tend-keys',
  'deliver-logouts',
  'deliver-mails',
  'complete-recoveries',
  'disable-idle',
  'erase-people',
  'end-tenants',
  'forget-expired',
  'forget-clients',
  'run-imports',
];

/** Run a job by itself, again and again; a fault in it is logged and does not end it. */
export function startJob(services: Services, job: Job): { stop(): Promise<void> } {
  const report = (error: unknown) => services.log.error({ err: error, job }, 'a job failed');
  switch (job) {
    case 'end-expired': {
      const sweep: Sweep = { place: null };
      return repeat(10_000, async () => void (await endExpiredSessions(services, sweep)), report);
    }
    case 'enforce-policies':
      return repeat(1_000, async () => void (await enforcePolicies(services)), report);
    case 'end-early-ones':
      return repeat(1_000, async () => void (await endEarlyOnes(services)), report);
    case 'tend-keys':
      return repeat(60_000, () => services.keys.tend('system'), report);
    case 'deliver-logouts':
      return repeat(1_000, async () => void (await deliverLogouts(services)), report);
    case 'deliver-mails':
      return repeat(1_000, async () => void (await deliverMails(services)), report);
    case 'complete-recoveries':
      return repeat(60_000, async () => void (await completeRecoveries(services)), report);
    case 'disable-idle': {
      const search: IdleSearch = { tenant: '', user: null };
      return repeat(60_000, async () => void (await disableIdleAccounts(services, search)), report);
    }
    case 'erase-people':
      return repeat(1_000, async () => void (await erasePeople(services)), report);
    case 'end-tenants':
      return repeat(1_000, async () => void (await endTenants(services)), report);
    case 'forget-expired':
      return repeat(60_000, async () => void (await forgetWhatExpired(services)), report);
    case 'forget-clients':
      return repeat(3_600_000, async () => void (await forgetUnusedClients(services)), report);
    case 'run-imports': {
      let isStopping = false;
      const work = async () => void (await runImports(services, () => isStopping));
      const running = repeat(1_000, work, report);
      return {
        stop() {
          isStopping = true;
          return running.stop();
        },
      };
    }
  }
}
