/** For whom the model is how good. */
import {
  cutText,
  comparisonsOf,
  isBetter,
  type LeftOut,
  type Metrics,
  MIN_USERS,
  isOfRanks,
  type Slice,
  type SliceAsked,
  type TrainingSpec,
  whole,
} from '@trainyard/shared';
import { intervalOf, nothingFound } from '../confidence/interval.js';
import { comparedIntervals } from '../confidence/intervals.js';
import type { Findings } from '../findings.js';
import { MODEL, type PartContext, type Ranked, type Rated } from '../part.js';
import { newItemsSlice, newUsersSlice } from './newcomers.js';
import { rankedSlices } from './rankedSlices.js';
import { ratedSlices } from './ratedSlices.js';
import { eachItsOwn, type RowsOfPlaces, rowsOfTargets, seasonSlicing } from './season.js';
import { slicingsOf } from './slicings.js';
import { gatedMetrics, type SlicedFigures } from './sliced.js';

/** Of slices that nobody asked for. */
const MAX_SLICES = 60;

export async function slices(context: PartContext): Promise<Partial<Findings>> {
  const { spec, metrics, primaryMetric } = context;
  const overall = primaryMetric === null ? undefined : metrics[primaryMetric];
  if (primaryMetric === null || overall === undefined) return {};
  const measured = measuredPlaces(context, primaryMetric);
  if (!measured) return {};
  const found = await slicedFigures(context, primaryMetric, measured);
  const { figures, leftOut } = found;
  const all = figures.map((one) => sliceOf(one, primaryMetric, overall));
  const newcomers = [newUsersSlice(context), newItemsSlice(context)].filter((one) => one !== undefined);
  const isKept = ({ key }: SlicedFigures) => key.isAsked || gatedMetrics(spec, key).length > 0;
  const { kept, rest } = bounded(all, new Set(all.filter((_, i) => isKept(figures[i]!))), primaryMetric);
  return {
    slices: [
      ...newcomers.filter(({ isWorse }) => isWorse),
      ...kept,
      ...newcomers.filter(({ isWorse }) => !isWorse),
    ],
    leftOut: [...leftOut, ...rest],
  };
}

/** What the slices are of first: the targets of lists, where the primary metric is of them, or predicted targets. */
interface MeasuredPlaces {
  ranked: Ranked | null;
  rated: Rated | null;
  /** [places] */
  queries: Int32Array;
  items: Int32Array;
  rows: () => RowsOfPlaces;
}

function measuredPlaces(
  { data, ranked, rated }: PartContext,
  primaryMetric: string,
): MeasuredPlaces | undefined {
  if (isOfRanks(primaryMetric) && ranked) {
    const { rows } = ranked;
    return {
      ranked,
      rated: null,
      queries: queriesOfTargets(rows),
      items: rows.items,
      rows: () => rowsOfTargets(data, rows),
    };
  }
  if (!rated) return undefined;
  const { queries, items, rows } = rated.pairs;
  return { ranked: null, rated, queries, items, rows: () => eachItsOwn(rows) };
}

async function slicedFigures(
  context: PartContext,
  primaryMetric: string,
  { ranked, rated, queries, items, rows }: MeasuredPlaces,
): Promise<{ figures: SlicedFigures[]; leftOut: LeftOut[] }> {
  const { data, spec, testTimes } = context;
  const asked = askedSlices(spec);
  // Predictions are of rows that lists may leave out, such as those that `evaluation.relevant` does not let count.
  const also = rated ? null : context.rated;
  const { slicings, leftOut } = await slicingsOf({
    data,
    asked,
    queries: joined(queries, also?.pairs.queries),
    items: joined(items, also?.pairs.items),
    hasTimes: testTimes !== undefined,
  });
  const timed = (of: () => RowsOfPlaces) =>
    testTimes ? [...slicings, seasonSlicing(testTimes, of())] : slicings;
  const request = { context, slicings: timed(rows), primaryMetric, leftOut };
  if (rated) return { figures: await ratedSlices({ ...request, rated }), leftOut };
  const figures = await rankedSlices({ ...request, ranked: ranked!, queries });
  if (!also) return { figures, leftOut };
  // Of a model that does both, a slice has the metrics of both.
  const ofRatings = await ratedSlices({
    context,
    slicings: timed(() => eachItsOwn(also.pairs.rows)),
    primaryMetric: null,
    leftOut: [],
    rated: also,
  });
  return { figures: figures.map((one) => withRatings(one, ofRatings)), leftOut };
}

function joined(some: Int32Array, others: Int32Array = new Int32Array()): Int32Array {
  const all = new Int32Array(some.length + others.length);
  all.set(some);
  all.set(others, some.length);
  return all;
}

function withRatings(figures: SlicedFigures, ofRatings: readonly SlicedFigures[]): SlicedFigures {
  const { by, label } = figures.key;
  const same = ofRatings.find(({ key }) => key.by === by && key.label === label);
  if (!same) return figures;
  const names = <T>(own: ReadonlyMap<string, T>, other: ReadonlyMap<string, T>) => [
    ...new Set([...own.keys(), ...other.keys()]),
  ];
  return {
    ...figures,
    metrics: { ...figures.metrics, ...same.metrics },
    others: new Map(
      names(figures.others, same.others).map((name) => [
        name,
        { ...figures.others.get(name), ...same.others.get(name) },
      ]),
    ),
    estimates: new Map(
      names(figures.estimates, same.estimates).map((name) => [
        name,
        new Map([...(figures.estimates.get(name) ?? []), ...(same.estimates.get(name) ?? [])]),
      ]),
    ),
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
  { key, rows, users, metrics, others, estimates }: SlicedFigures,
  primaryMetric: string,
  overall: number,
): Slice {
  const hasIntervals = users >= MIN_USERS;
  const intervalAt = (metric: string) => {
    const estimate = estimates.get(MODEL)?.get(metric);
    return estimate && hasIntervals ? (intervalOf(estimate) ?? nothingFound(metric, estimate, users)) : null;
  };
  const interval = intervalAt(primaryMetric);
  const ordered: Metrics = { [primaryMetric]: metrics[primaryMetric]!, ...metrics };
  const compared = [...others].map(([name, own]) => ({ name, metrics: own }));
  return {
    by: cutText(key.by, 200),
    value: cutText(key.label, 200),
    ...(key.alias !== undefined && { alias: key.alias }),
    rows,
    users,
    metrics: Object.entries(ordered).map(([name, value]) => ({
      name,
      value,
      interval: intervalAt(name),
    })),
    comparisons: comparisonsOf(ordered, compared, primaryMetric).map((comparison) => ({
      ...comparison,
      ...(hasIntervals && comparedIntervals(comparison, estimates)),
    })),
    isWorse:
      interval !== null &&
      isBetter(primaryMetric, overall, interval.low) &&
      isBetter(primaryMetric, overall, interval.high),
  };
}

/** Those that are surely worse come first, then the worst, one without any hit among them; those too small for an interval last. */
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
    what: `${whole(dropped.size)} slices`,
    why: `the ${MAX_SLICES} worst are told, besides those that evaluation.slices and gates ask for`,
    remedy: 'name what matters in evaluation.slices',
  };
  return { kept: ordered.filter((slice) => !dropped.has(slice)), rest: dropped.size > 0 ? [rest] : [] };
}
