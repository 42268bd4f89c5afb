/** What a trial came to, by its run. */
import {
  isOfRanks,
  metricValue,
  tiesInWords,
  tiesOf,
  type Epoch,
  type Run,
  type Sweep,
  type Ties,
  type Trial,
} from '@trainyard/shared';

/** The code of a trial whose run has no value of the objective. */
const NO_OBJECTIVE = 'no-objective';
/** The code of a trial whose objective tells of equal scores: a model that has collapsed would be the best of all. */
export const EQUAL_SCORES = 'equal-scores';
/** A trial keeps at most so many points of its curve: rungs of pruning lie at its beginning. */
const MOST_POINTS = 200;

type Outcome = Pick<Trial, 'state' | 'value' | 'error'>;

/** The trial after its run, which has ended. */
export function endedTrial(
  sweep: Pick<Sweep, 'objective' | 'cancelRequestedAt'>,
  trial: Trial,
  run: Run,
  epochs: readonly EpochTold[],
): Trial {
  const { metric } = sweep.objective;
  // Nor is another trial stopped since it falls behind such a one.
  const curve = tiesBehind(metric, run) ? [] : curveOf(epochs, metric);
  const endedAt = run.endedAt ?? run.updatedAt;
  return {
    ...trial,
    ...outcomeOf(sweep, { ...trial, curve }, run),
    runId: run.runId,
    curve,
    costUsd: run.cost?.usd ?? 0,
    seconds:
      run.startedAt === null ? 0 : Math.max(0, (Date.parse(endedAt) - Date.parse(run.startedAt)) / 1000),
    endedAt,
  };
}

/** The trial that could not be begun. */
export function unstartedTrial(trial: Trial, error: { code: string; message: string }, now: Date): Trial {
  return { ...trial, state: 'failed', error, seconds: 0, endedAt: now.toISOString() };
}

function outcomeOf(
  { objective, cancelRequestedAt }: Pick<Sweep, 'objective' | 'cancelRequestedAt'>,
  { pruning, curve }: Trial,
  run: Run,
): Outcome {
  const { status, result, error } = run;
  if (status === 'completed') {
    const ties = tiesBehind(objective.metric, run);
    if (ties) {
      const message = `${tiesInWords(ties)}, so that ${objective.metric} says nothing of the model`;
      return failure({ code: EQUAL_SCORES, message });
    }
    const value = metricValue(result?.metrics ?? {}, objective.metric) ?? atEpoch(curve, result?.bestEpoch);
    if (value !== undefined) return { state: 'completed', value, error: null };
    const message = `the run is completed and has no ${objective.metric} to compare it by`;
    return failure({ code: NO_OBJECTIVE, message });
  }
  if (status === 'cancelled' && pruning)
    return { state: 'pruned', value: curve.at(-1)?.value ?? null, error: null };
  if (status === 'cancelled' && cancelRequestedAt !== null)
    return { state: 'cancelled', value: null, error: null };
  if (error) return failure({ code: error.code, message: error.message });
  return failure({ code: 'cancelled', message: 'somebody cancelled the run by itself' });
}

/** The equal scores that the metric is made of; null where it tells of the model. */
function tiesBehind(metric: string, { warnings }: Run): Ties | null {
  return isOfRanks(metric) ? tiesOf(warnings) : null;
}

function failure(error: NonNullable<Trial['error']>): Outcome {
  return { state: 'failed', value: null, error };
}

function atEpoch(curve: Trial['curve'], wanted: number | undefined): number | undefined {
  return curve.find(({ epoch }) => epoch === wanted)?.value;
}

/** What is known of an epoch that a trial is compared by. */
export type EpochTold = Pick<Epoch, 'epoch' | 'metrics' | 'byTies'>;

/** The objective after an epoch; none where it is of ranks and these tell of equal scores: a model that has collapsed would stop all others. */
export function pointOf(
  { epoch, metrics, byTies }: EpochTold,
  metric: string,
): Trial['curve'][number] | undefined {
  if (byTies && isOfRanks(metric)) return undefined;
  const value = metricValue(metrics, metric);
  return value === undefined ? undefined : { epoch, value };
}

/** The objective after each epoch that has it; of a very long training the first half of the points, and then every so many. */
export function curveOf(epochs: readonly EpochTold[], metric: string): Trial['curve'] {
  return thinned(epochs.flatMap((epoch) => pointOf(epoch, metric) ?? []));
}

/** The curve with one more point; one of the same epoch is replaced, as a newer attempt's epoch replaces an older one's. */
export function withPoint(curve: Trial['curve'], point: Trial['curve'][number]): Trial['curve'] {
  const others = curve.filter(({ epoch }) => epoch !== point.epoch);
  return thinned([...others, point].toSorted((a, b) => a.epoch - b.epoch));
}

function thinned(points: Trial['curve']): Trial['curve'] {
  if (points.length <= MOST_POINTS) return points;
  const kept = MOST_POINTS / 2;
  const later = points.slice(kept);
  const stride = Math.ceil(later.length / (kept - 1));
  return [...points.slice(0, kept), ...later.filter((_, i) => i % stride === 0 || i === later.length - 1)];
}
