/** A result that its callback and the document of its run have room for: what is left out of it stands in `evaluation.json`. */
import { cutText, type GatedFigure, type Metrics, type RunResult } from '@trainyard/shared';

/** Of the result in JSON. */
export const MAX_RESULT_BYTES = 38_000;

const bytesOf = (result: RunResult) => Buffer.byteLength(JSON.stringify(result));

/** What gates are judged by has its room in any case, and what is not of them at least so much. */
const LEAST_BESIDE_FIGURES = 12_000;
/** What is left of why a gated figure has no value, where there is no room for all of it. */
const SHORT_WHY = 60;

/**
 * The result with shorter reasons of what gates found no value of, where that takes it; without the metrics of baselines that are
 * least asked for, as many as it takes, and then without those of the model that no gate is on; all of `first` and of what gates
 * compare stays. Names of metrics that are left out come with it.
 */
export function boundedResult(
  result: RunResult,
  first: readonly string[],
  limit: number = MAX_RESULT_BYTES,
): { result: RunResult; leftOut: string[] } {
  const leftOut: string[] = [];
  let bounded = bytesOf(result) <= limit ? result : withShortReasons(result);
  const ofFigures = bytesOf(bounded) - bytesOf({ ...bounded, figures: [] });
  const most = Math.max(limit, ofFigures + LEAST_BESIDE_FIGURES);
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

/** `evaluation.json` has the reasons in full. What has no value is compared with nothing. */
function withShortReasons(result: RunResult): RunResult {
  if (!result.figures) return result;
  const short = <T extends Pick<GatedFigure, 'why'>>(one: T): T => ({
    ...one,
    why: one.why === null || one.why.length <= SHORT_WHY ? one.why : `${cutText(one.why, SHORT_WHY - 1)}…`,
  });
  const figures = result.figures.map((figure) => ({
    ...short(figure),
    others: figure.value === null ? [] : figure.others.map(short),
  }));
  return { ...result, figures };
}

function without(metrics: Metrics, name: string): Metrics {
  return Object.fromEntries(Object.entries(metrics).filter(([one]) => one !== name));
}
