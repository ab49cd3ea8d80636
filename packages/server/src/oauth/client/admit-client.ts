import { isOAuthRefused, type OAuthRefused } from '../../http/oauth-answer.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { Services } from '../../services.ts';
import { authenticateClient, type ClientCall, type ProvenClient } from './authenticate-client.ts';
import { claimMarks } from './claim-marks.ts';

/** The client of a call that shows nothing else that could be used up. */
export async function admitClient(
  services: Services,
  call: ClientCall,
  parameters: Parameters,
): Promise<ProvenClient | OAuthRefused> {
  const proven = await authenticateClient(services, call, parameters);
  if (isOAuthRefused(proven)) return proven;
  return (await claimMarks(services, proven.client.tenant, proven.marks)) ?? proven;
}
