import type { TrainingSpec } from '../spec/trainingSpec.js';
import type { Machine } from './machine.js';
import { at, plus, times, type Range } from './range.js';
import { preparationPace, START_SECONDS, trainingPace } from './throughput.js';

/** What a completed run of the model tells. Seconds are of its own machine. */
export interface Measured {
  tier: string | null;
  machine: Machine | null;
  rows: number | null;
  secondsPerEpoch: number;
  /** Of the stages of the data, whether the cache had their output or not. */
  dataSeconds: number;
  /** Some of them were taken from the cache: with new data they take longer. */
  hadCache: boolean;
  /** Of the other stages beside the training. */
  otherSeconds: number;
}

export interface DurationRequest {
  spec: Pick<TrainingSpec, 'training' | 'dataset'>;
  /** Of the data set, before it is split; null where nobody knows. */
  rows: Range | null;
  tier: { name: string; machine: Machine | null };
}

/** Two runs alike differ by so much: other machines of the same type, neighbours, evaluation. */
const ALIKE: Range = { low: 0.75, high: 1.25 };
/** On a machine of which nothing is known. */
const UNLIKE: Range = { low: 0.5, high: 2 };
/** Validation and test rows are ranked after each epoch: at worst as costly as the training itself. */
const WITH_EVALUATION: Range = { low: 1, high: 2 };
const SAME: Range = { low: 1, high: 1 };

/** From the launch to the end, in seconds; null where neither a run nor the rows tell. `low` is where early stopping ends it first. */
export function estimateSeconds(request: DurationRequest, measured: Measured | null): Range | null {
  return measured ? fromMeasured(request, measured) : fromRows(request);
}

function fromMeasured(
  { spec, rows, tier }: DurationRequest,
  { secondsPerEpoch, dataSeconds, otherSeconds, hadCache, ...measured }: Measured,
): Range {
  const growth = rows && measured.rows ? times(rows, 1 / measured.rows) : SAME;
  const epochs = times(epochsOf(spec), secondsPerEpoch);
  const seconds = plus(times(epochs, growth), times({ low: dataSeconds, high: dataSeconds }, growth), {
    low: otherSeconds,
    high: otherSeconds,
  });
  const known = rows ?? (measured.rows === null ? null : { low: measured.rows, high: measured.rows });
  const uncached =
    hadCache && known && tier.machine
      ? { low: 0, high: at(known, preparationPace(tier.machine)).high }
      : { low: 0, high: 0 };
  return plus(times(times(seconds, ALIKE), slowness(tier, measured)), uncached);
}

/** How many times as long it takes on another tier. */
function slowness(tier: DurationRequest['tier'], measured: Pick<Measured, 'tier' | 'machine'>): Range {
  if (tier.name === measured.tier) return SAME;
  const [wanted, was] = [tier.machine, measured.machine];
  if (!wanted || !was) return UNLIKE;
  if (isAlike(wanted, was)) return SAME;
  const [pace, before] = [trainingPace(wanted), trainingPace(was)];
  return { low: before.low / pace.high, high: before.high / pace.low };
}

function isAlike(a: Machine, b: Machine): boolean {
  return (
    a.cpu === b.cpu &&
    a.accelerator?.type === b.accelerator?.type &&
    a.accelerator?.count === b.accelerator?.count
  );
}

function fromRows({ spec, rows, tier }: DurationRequest): Range | null {
  if (!rows || !tier.machine) return null;
  const examples = times(times(rows, trainShare(spec)), epochsOf(spec));
  return plus(
    START_SECONDS,
    at(rows, preparationPace(tier.machine)),
    times(at(examples, trainingPace(tier.machine)), WITH_EVALUATION),
  );
}

/** All of them at most; early stopping needs its patience and one more at least. */
export function epochsOf({ training }: DurationRequest['spec']): Range {
  const { epochs, earlyStopping } = training;
  return { low: earlyStopping ? Math.min(epochs, earlyStopping.patience + 1) : epochs, high: epochs };
}

/** Of the rows; where a column or a time says it, all of them may be training rows. */
function trainShare({ dataset: { split } }: DurationRequest['spec']): Range {
  const share = 'train' in split && typeof split.train === 'number' ? split.train : null;
  return share === null ? { low: 0.5, high: 1 } : { low: share, high: share };
}
