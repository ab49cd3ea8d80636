import type { AppliedChange } from '@argus/contract';

/** What one entry of a document came to: a change, nothing to do, or somebody else was faster. */
export type ApplyOutcome = AppliedChange | null | 'lost';
