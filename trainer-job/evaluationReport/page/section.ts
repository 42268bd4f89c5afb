import type { EvaluationReport } from '@trainyard/shared';
import type { Html } from '@trainyard/shared/page/html';
import type { Charts } from '../charts/charts.js';

/** What the sections of the page are made of. */
export interface Shown {
  report: EvaluationReport;
  charts: Charts;
}

/** A part of the page. A new one is a file in `sections/`, and its line in the table. */
export interface Section {
  /** Of the anchor: `#slices`. */
  id: string;
  title: string;
  /** What it shows; a sentence that says why there is nothing to show; null where it does not concern such a model. */
  content(this: void, shown: Shown): Html | string | null;
}
