/** For whom the model is how good. */
import {
  isBetter,
  type LeftOut,
  type Metrics,
  MIN_USERS,
  parseMetricName,
  type Slice,
  type SliceAsked,
  type TrainingSpec,
} from '@trainyard/shared';
import { intervalOf } from '../confidence/interval.js';
import type { Findings } from '../findings.js';
import type { PartContext } from '../part.js';
import { newItemsSlice, newUsersSlice } from './newcomers.js';
import { rankedSlices } from './rankedSlices.js';
import { ratedSlices } from './ratedSlices.js';
import { slicingsOf } from './slicings.js';
import { gatedMetrics, type SlicedFigures } from './sliced.js';

/** Of slices that nobody asked for. */
const MAX_SLICES = 60;

export async function slices(context: PartContext): Promise<Partial<Findings>> {
  const { data, spec, metrics, primaryMetric, ranked, rated } = context;
  const overall = primaryMetric === null ? undefined : metrics[primaryMetric];
  if (primaryMetric === null || overall === undefined) return {};
  const isOfRanks = parseMetricName(primaryMetric)?.family.baselines === 'retrieval';
  const ofTargets = isOfRanks && ranked ? { ranked, queries: queriesOfTargets(ranked.rows) } : undefined;
  if (!ofTargets && !rated) return {};
  const queries = ofTargets?.queries ?? rated!.pairs.queries;
  const items = ofTargets?.ranked.rows.items ?? rated!.pairs.items;
  const { slicings, leftOut } = await slicingsOf({ data, asked: askedSlices(spec), queries, items });
  const request = { context, slicings, primaryMetric, leftOut };
  const found = ofTargets
    ? await rankedSlices({ ...request, ...ofTargets })
    : await ratedSlices({ ...request, rated: rated! });
  const all = found.map((one) => sliceOf(one, primaryMetric, overall));
  const newcomers = [newUsersSlice(context), newItemsSlice(context)].filter((one) => one !== undefined);
  const isKept = ({ key }: SlicedFigures) => key.isAsked || gatedMetrics(spec, key).length > 0;
  const { kept, rest } = bounded(all, new Set(all.filter((_, i) => isKept(found[i]!))), primaryMetric);
  return {
    slices: [
      ...newcomers.filter(({ isWorse }) => isWorse),
      ...kept,
      ...newcomers.filter(({ isWorse }) => !isWorse),
    ],
    leftOut: [...leftOut, ...rest],
  };
}

/** Also what gates name and no evaluation tells apart anyway, or would cut. */
function askedSlices({ evaluation: { slices: asked, gates } }: TrainingSpec): SliceAsked[] {
  const gated = gates.flatMap(({ slice }) =>
    slice === undefined || TOLD_ANYWAY.includes(slice.by) ? [] : [slice.by],
  );
  const more = [...new Set(gated)].filter((by) => !asked.some((one) => one.by === by));
  return [...asked, ...more.map((by) => ({ by }))];
}

const TOLD_ANYWAY = ['userActivity', 'itemPopularity', 'season', 'newUsers', 'newItems'];

function queriesOfTargets({
  queries,
  targetStart,
  items,
}: NonNullable<PartContext['ranked']>['rows']): Int32Array {
  const of = new Int32Array(items.length);
  queries.forEach((query, q) => of.fill(query, targetStart[q], targetStart[q + 1]));
  return of;
}

function sliceOf(
  { key, rows, users, metrics, estimates }: SlicedFigures,
  primaryMetric: string,
  overall: number,
): Slice {
  const intervalAt = (metric: string) => {
    const estimate = estimates.get(metric);
    return estimate && users >= MIN_USERS ? intervalOf(estimate) : null;
  };
  const interval = intervalAt(primaryMetric);
  const ordered: Metrics = { [primaryMetric]: metrics[primaryMetric]!, ...metrics };
  return {
    by: key.by.slice(0, 200),
    value: key.label.slice(0, 200),
    rows,
    users,
    metrics: Object.entries(ordered).map(([name, value]) => ({
      name,
      value,
      interval: intervalAt(name),
    })),
    isWorse:
      interval !== null &&
      isBetter(primaryMetric, overall, interval.low) &&
      isBetter(primaryMetric, overall, interval.high),
  };
}

/** Those that are surely worse come first, then the worst; those too small for an interval last. */
function bounded(
  all: readonly Slice[],
  askedOnes: ReadonlySet<Slice>,
  metric: string,
): { kept: Slice[]; rest: LeftOut[] } {
  const place = (slice: Slice) => (slice.isWorse ? 0 : slice.metrics[0]?.interval ? 1 : 2);
  const value = (slice: Slice) => slice.metrics[0]?.value ?? 0;
  const ordered = all.toSorted((a, b) => {
    const [own, other] = [value(a), value(b)];
    return place(a) - place(b) || (own === other ? 0 : isBetter(metric, own, other) ? 1 : -1);
  });
  const usual = ordered.filter((slice) => !askedOnes.has(slice));
  const dropped = new Set(usual.slice(MAX_SLICES));
  const rest = {
    what: `${dropped.size.toLocaleString('en-US')} slices`,
    why: `the ${MAX_SLICES} worst are told, besides those that evaluation.slices and gates ask for`,
    remedy: 'name what matters in evaluation.slices',
  };
  return { kept: ordered.filter((slice) => !dropped.has(slice)), rest: dropped.size > 0 ? [rest] : [] };
}
