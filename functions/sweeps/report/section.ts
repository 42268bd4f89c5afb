import type { SweepView, TrialView } from '@trainyard/shared';
import type { Html } from '@trainyard/shared/page/html';
import type { SweepFile } from './sweepFile.js';
import type { Worth } from './worth.js';

/** What the report of a sweep is made of. */
export interface SweepReport {
  sweep: SweepView;
  trials: readonly TrialView[];
  /** What was learned of them. */
  file: SweepFile;
  /** The runs that retrained the best trial, the newest last, as far as they are looked at. */
  worths: readonly Worth[];
  /** When all of this was so. */
  at: Date;
}

/** A part of the report. */
export interface SweepSection {
  id: string;
  title: string;
  /** What it shows; a sentence that says why there is nothing to show; null where it does not concern such a sweep. */
  content(this: void, report: SweepReport): Html | string | null;
}
