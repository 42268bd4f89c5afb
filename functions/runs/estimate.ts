import {
  estimateSeconds,
  inDollars,
  runName,
  times,
  uncountedWords,
  type CostTogether,
  type Estimate,
  type Measured,
  type Range,
  type Run,
  type Stage,
  type StageName,
  type TierEstimate,
  type TrainingSpec,
} from '@trainyard/shared';
import type { Tier } from '../config.js';
import type { Configured, ControlPlane } from '../controlPlane.js';
import { readBasis, withEpochs, type MeasuredBasis } from './basis.js';
import { memoryFloorOf, tooSmall } from './tierFit.js';
import { tierPrice, tiersNamed, uncountedTiers } from './tiers.js';

/** What a run of this specification would take on each of its tiers, by the newest completed run of the model. */
export async function estimateRun(
  cp: Pick<ControlPlane, 'store' | 'config'>,
  modelId: string,
  spec: TrainingSpec,
  rows?: number,
): Promise<Estimate> {
  return estimateFrom(cp, await withEpochs(cp, await readBasis(cp, modelId)), spec, rows);
}

/**
 * What a run of this specification would take on each of its tiers: from the basis, scaled by the rows where they are known
 * (`rows`, else those of that run), else from the rows and what trainers are known to do.
 */
export function estimateFrom(
  cp: Configured,
  measuredBasis: MeasuredBasis | undefined,
  spec: TrainingSpec,
  rows?: number,
): Estimate {
  const basis = measuredBasis?.run;
  const measured = measuredBasis ? measure(cp, measuredBasis) : null;
  const expected = rowsOf(spec, rows, basis, measured);
  const memoryFloor = memoryFloorOf(cp, spec, measuredBasis);
  const tiers = tiersNamed(cp, spec.compute.tiers).map((tier) => ({
    ...onTier(cp, tier, estimateSeconds({ spec, rows: expected, tier }, measured)),
    tooSmall: tooSmall(cp, { phase: null, memoryFloor, outgrown: [] }, tier) ?? null,
  }));
  return {
    basis: basis ? { runId: basis.runId, name: runName(basis) } : null,
    rows: expected,
    ...(tiers[0] ?? { tier: '', machine: null, seconds: null, usdPerHour: null, usd: null, tooSmall: null }),
    tiers,
    recommendedTier: recommended(tiers),
    memoryMb: basis?.peakMemory?.rssMb ?? null,
    gpuMemoryMb: basis?.peakMemory?.gpuMemoryMb ?? null,
    notes: [...notesOn(spec, basis, measured, expected), ...limitNotes(cp, spec)],
  };
}

/** What so many runs would cost and take, from all of them on the tier with the least to all on that with the most. */
export function costTogether({ tiers }: Estimate, runs: number): CostTogether {
  const fitting = tiers.filter(({ tooSmall: why }) => why === null);
  const ofAll = (each: readonly (Range | null)[]) => {
    const known = each.filter((range) => range !== null);
    if (known.length === 0 || known.length < each.length) return null;
    const [low, high] = [known.map((range) => range.low), known.map((range) => range.high)];
    return times({ low: Math.min(...low), high: Math.max(...high) }, runs);
  };
  return {
    runs,
    usd: ofAll(fitting.map(({ usd }) => usd)),
    seconds: ofAll(fitting.map(({ seconds }) => seconds)),
  };
}

/** By what it may cost at most, or by the hour where the time is not known. */
function recommended(tiers: readonly TierEstimate[]): string | null {
  const fitting = tiers.filter((tier) => tier.tooSmall === null);
  if (fitting.some(({ usdPerHour }) => usdPerHour === null)) return null;
  const price = ({ usd, usdPerHour }: TierEstimate) => usd?.high ?? usdPerHour ?? 0;
  return fitting.toSorted((a, b) => price(a) - price(b))[0]?.tier ?? null;
}

function onTier(cp: Configured, tier: Tier, seconds: Range | null): Omit<TierEstimate, 'tooSmall'> {
  const usdPerHour = tierPrice(cp, tier);
  const usd = seconds === null || usdPerHour === null ? null : times(seconds, usdPerHour / 3600);
  return { tier: tier.name, machine: tier.machine, seconds, usdPerHour, usd };
}

const DATA_STAGES: readonly StageName[] = ['ingest', 'validate', 'transform'];

/** Null where the run has no epoch to go by. */
function measure(cp: Configured, { run: basis, stages, epochs }: MeasuredBasis): Measured | null {
  if (epochs.length === 0) return null;
  const [data, others] = [true, false].map((isData) =>
    stages.filter(({ stage }) => stage !== 'train' && DATA_STAGES.includes(stage) === isData),
  ) as [Stage[], Stage[]];
  const rows = stages.find(({ stage }) => stage === 'ingest')?.counts['rowsKept'];
  return {
    tier: basis.job?.tier ?? null,
    machine: cp.config.tiers.find(({ name }) => name === basis.job?.tier)?.machine ?? null,
    rows: rows === undefined || rows === 0 ? null : rows,
    secondsPerEpoch: epochs.reduce((sum, { seconds }) => sum + seconds, 0) / epochs.length,
    dataSeconds: sumOf(data),
    hadCache: data.some(({ cacheHit }) => cacheHit),
    otherSeconds: sumOf(others),
  };
}

function sumOf(stages: readonly Stage[]): number {
  return stages.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** As given, else of the basis with the share that is sampled now, else as the specification expects them. */
function rowsOf(
  spec: TrainingSpec,
  given: number | undefined,
  basis: Run | undefined,
  measured: Measured | null,
): Range | null {
  const share = spec.dataset.sample?.share ?? 1;
  if (given !== undefined) return times({ low: given, high: given }, share);
  if (basis && measured && measured.rows !== null) {
    const rows = (measured.rows / (basis.spec.dataset.sample?.share ?? 1)) * share;
    return { low: rows, high: rows };
  }
  for (const expectation of spec.dataset.expectations) {
    if (expectation.expect !== 'rows') continue;
    const { atLeast, atMost } = expectation;
    if (atLeast !== undefined && atMost !== undefined && atLeast <= atMost)
      return { low: atLeast, high: atMost };
  }
  return null;
}

/** What the limit of the cost is worth, where it is not worth all. */
function limitNotes(cp: Configured, { compute: { maxUsd, tiers } }: TrainingSpec): string[] {
  if (maxUsd === undefined) return [];
  const named = tiersNamed(cp, tiers).map(({ name }) => name);
  const uncounted = uncountedTiers(cp, named);
  const words = uncountedWords(`compute.maxUsd (${inDollars(maxUsd)})`, { tiers: named, uncounted });
  return words === '' ? [] : [words];
}

/** Of a quick test, say, whose figures are of a part: what takes as long whatever the rows grows with them here. */
function sampleNote(spec: TrainingSpec, basis: Run): string[] {
  const share = basis.spec.dataset.sample?.share ?? 1;
  if (share >= (spec.dataset.sample?.share ?? 1)) return [];
  return [
    `that run trained on ${Number((share * 100).toPrecision(3))} % of the users alone: its time is scaled by the rows, and is too long where much of it does not grow with them`,
  ];
}

function notesOn(
  spec: TrainingSpec,
  basis: Run | undefined,
  measured: Measured | null,
  rows: Range | null,
): string[] {
  const { earlyStopping, epochs } = spec.training;
  const soonest = earlyStopping ? earlyStopping.patience + 1 : epochs;
  // With as much patience as there are epochs it ends nothing.
  const stopping =
    soonest < epochs ? [`the low end is where early stopping ends it after ${soonest} epochs`] : [];
  if (measured)
    return [
      'measured on the newest completed run of the model; on another tier its time is a guess',
      ...(measured.rows === null && rows
        ? ['that run did not tell its rows: its time is taken as it was']
        : []),
      ...(basis ? sampleNote(spec, basis) : []),
      ...(measured.hadCache ? ['that run took data from the cache: with new data it takes longer'] : []),
      ...stopping,
    ];
  if (!rows)
    return [
      'the model has no completed run yet: give the number of rows for an estimate (`rows`, --rows at the command line), or expect it in dataset.expectations',
    ];
  return [
    'the model has no completed run yet: by the pace of two cores, the only one that was ever measured; that of GPUs never was',
    ...stopping,
  ];
}
