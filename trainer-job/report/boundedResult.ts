/** A result that its callback and the document of its run have room for: what is left out of it stands in `evaluation.json`. */
import type { Metrics, RunResult } from '@trainyard/shared';

/** Of the result in JSON. */
export const MAX_RESULT_BYTES = 38_000;

const bytesOf = (result: RunResult) => Buffer.byteLength(JSON.stringify(result));

/**
 * The result without the metrics of baselines that are least asked for, as many as it takes, and then without those of the model
 * that no gate is on; all of `first` and of what gates compare stays. Names of metrics that are left out come with it.
 */
export function boundedResult(
  result: RunResult,
  first: readonly string[],
  most: number = MAX_RESULT_BYTES,
): { result: RunResult; leftOut: string[] } {
  const leftOut: string[] = [];
  let bounded = result;
  // The largest K and the families that stand last in the table go first.
  const names = [...new Set(Object.values(result.baselines).flatMap((metrics) => Object.keys(metrics)))];
  for (const name of names.filter((one) => !first.includes(one)).toReversed()) {
    if (bytesOf(bounded) <= most) break;
    leftOut.push(`${name} of baselines`);
    const baselines = Object.entries(bounded.baselines).map(([baseline, metrics]) => [
      baseline,
      without(metrics, name),
    ]);
    bounded = { ...bounded, baselines: Object.fromEntries(baselines) };
  }
  for (const name of Object.keys(result.metrics)
    .filter((one) => !first.includes(one))
    .toReversed()) {
    if (bytesOf(bounded) <= most) break;
    leftOut.push(name);
    bounded = { ...bounded, metrics: without(bounded.metrics, name) };
  }
  return { result: bounded, leftOut };
}

function without(metrics: Metrics, name: string): Metrics {
  return Object.fromEntries(Object.entries(metrics).filter(([one]) => one !== name));
}
