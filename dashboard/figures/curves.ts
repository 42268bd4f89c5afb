/** From the epochs of a run to the lines of a chart. */
import type { Epoch } from '@trainyard/shared/runs/records';
import { metricTitle } from '@trainyard/shared/metrics/display';

export interface Curve {
  name: string;
  title: string;
  /** One an epoch; null where the epoch lacks the metric. */
  values: (number | null)[];
  /** A line unless given; `steps` hold each value until the next one. */
  drawnAs?: 'dots' | 'steps';
}

/** The numbers of the epochs, every metric that any of them has, and how fast they went. */
export function curvesOf(epochs: readonly Epoch[]): { epochs: number[]; curves: Curve[]; pace: Curve } {
  const ordered = epochs.toSorted((a, b) => a.epoch - b.epoch);
  const names = [...new Set(ordered.flatMap(({ metrics }) => Object.keys(metrics)))];
  const curves = names.map((name) => ({
    name,
    title: metricTitle(name),
    values: ordered.map(({ metrics }) => metrics[name] ?? null),
  }));
  const pace = {
    name: 'examplesPerSecond',
    title: 'Rows a second',
    values: ordered.map(({ examplesPerSecond }) => examplesPerSecond),
  };
  return { epochs: ordered.map(({ epoch }) => epoch), curves, pace };
}

/** Means that give more weight to what is newer, without the pull of the first value (Kingma and Ba, 2015, section 3). `weight` is 0 for none, below 1. */
export function smoothed(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight === 0) return [...values];
  let [mean, share] = [0, 0];
  return values.map((value) => {
    if (value === null) return null;
    mean = weight * mean + (1 - weight) * value;
    share = weight * share + (1 - weight);
    return mean / share;
  });
}
