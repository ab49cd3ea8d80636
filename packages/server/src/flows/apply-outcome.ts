import type { AppliedChange } from '@argus/contract';

/** What one entry of a document came to: a change, nothing to do, somebody else was faster, or a tenant would keep no owner. */
export type ApplyOutcome = AppliedChange | null | 'lost' | 'last-owner';
