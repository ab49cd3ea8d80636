import type { PolicyOverride, PolicySettings, PresetName } from '@argus/contract';

/** A named set of numbers, as a difference to `balanced`. */
export interface Preset {
  readonly name: PresetName;
  readonly title: string;
  /** What a reader should know before choosing it. */
  readonly note: string;
  /** What has a source may not be undercut: whoever names a standard keeps it. */
  readonly isFloor: boolean;
  readonly settings: PolicySettings;
  readonly overrides?: readonly PolicyOverride[];
  /** Where each number comes from, by its path; what has none here is our own choice. */
  readonly sources: Readonly<Record<string, string>>;
}
