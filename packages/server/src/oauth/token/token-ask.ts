import type { CallOrigin } from '../../http/caller.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { ProvenClient } from '../client/authenticate-client.ts';
import type { ShownProof } from '../client/show-proof.ts';

/** A proven client at the token endpoint, with all it showed. */
export interface TokenAsk {
  readonly proven: ProvenClient;
  readonly proof: ShownProof;
  readonly parameters: Parameters;
  readonly origin: CallOrigin;
}
