import { METRICS, metricName, type Metrics, type MetricSplit } from '@trainyard/shared';

/** Of the users that training knows, or of those that it does not. */
export type RecallFamily = typeof METRICS.recall | typeof METRICS.coldUsersRecall;

/** Counts rows by rank for recall at several K at once. */
export class RecallCounter {
  private readonly hits: number[];
  private rows = 0;

  constructor(private readonly k: readonly number[]) {
    this.hits = k.map(() => 0);
  }

  /** Ranks from here on count nowhere. */
  get depth(): number {
    return Math.max(...this.k);
  }

  /** `rows` rows whose item has this rank, 0 for the best. */
  add(rank: number, rows: number): void {
    this.rows += rows;
    this.k.forEach((k, i) => {
      if (rank < k) this.hits[i] = (this.hits[i] ?? 0) + rows;
    });
  }

  /** The recall at each K of all rows added, as metrics of the split; empty when there were none. `family` is of their users. */
  metrics(split: MetricSplit, family: RecallFamily = METRICS.recall): Metrics {
    if (this.rows === 0) return {};
    return Object.fromEntries(
      this.k.map((k, i) => [metricName(family, split, k), (this.hits[i] ?? 0) / this.rows]),
    );
  }
}
