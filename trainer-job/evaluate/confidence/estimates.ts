/** The estimates of every metric of every method, from draws of users that they share. */
import { seedOf } from '@trainyard/shared';
import { randomFor, type Random } from '../../model/random.js';
import type { PartContext, Ranked, Rated } from '../part.js';
import { measuringOf, ratingMeasurer } from '../ratings/ratingMetrics.js';
import { figureEstimates, meanEstimates, type Estimate } from './estimate.js';
import type { PerUserMean } from './perUser.js';
import { drawUsers, type UserDraws } from './userDraws.js';

/** By method, by metric. */
export type MethodEstimates = Map<string, Map<string, Estimate>>;

/** The random numbers of the draws of an evaluation; those of each purpose are its own. */
export function drawsRandom({ spec }: Pick<PartContext, 'spec'>, purpose: string): Random {
  return randomFor(seedOf(spec.training, 'evaluation'), `bootstrap ${purpose}`);
}

export async function estimatesOf(context: PartContext): Promise<MethodEstimates> {
  const { ranked, rated } = context;
  const all: MethodEstimates = new Map();
  const parts = [
    ...(ranked && ranked.rows.rowCount > 0 ? [await rankedEstimates(context, ranked)] : []),
    ...(rated && rated.actual.length > 0 ? [await ratedEstimates(context, rated)] : []),
  ];
  for (const [method, estimates] of parts.flatMap((part) => [...part])) {
    all.set(method, new Map([...(all.get(method) ?? []), ...estimates]));
  }
  return all;
}

/** All means of all methods in one go over the draws. */
async function rankedEstimates(context: PartContext, { means: measured }: Ranked): Promise<MethodEstimates> {
  const { evaluation } = context.spec;
  const columns = new Map<{ method: string; metric: string }, PerUserMean>();
  let users = 0;
  for (const [method, own] of measured) {
    users = own.users.length;
    for (const [metric, mean] of own.means) columns.set({ method, metric }, mean);
  }
  const draws = drawUsers(users, evaluation.bootstrapDraws, drawsRandom(context, 'of retrieval'));
  const estimates: MethodEstimates = new Map([...measured.keys()].map((method) => [method, new Map()]));
  for (const [{ method, metric }, estimate] of await meanEstimates(columns, draws, context.between)) {
    estimates.get(method)!.set(metric, estimate);
  }
  return estimates;
}

/** From so many rows on, figures of ratings are drawn from what they owe to groups of users. */
const MAX_ROWS_AGAIN = 10_000;
/** How many groups there are then, by how many rows go through a computation of all of them. */
const groupsFor = (rows: number) => Math.max(50, Math.min(200, Math.floor(20_000_000 / rows)));

async function ratedEstimates(context: PartContext, rated: Rated): Promise<MethodEstimates> {
  const { pairs, actual, predicted } = rated;
  const { data, spec, between } = context;
  const userOf = slotsOf(pairs.queries.map((query) => data.query.ids[query]!));
  const isLinear = actual.length > MAX_ROWS_AGAIN;
  const draws = drawUsers(
    userOf.count,
    spec.evaluation.bootstrapDraws,
    drawsRandom(context, 'of ratings'),
    isLinear ? groupsFor(actual.length) : undefined,
  );
  const estimates: MethodEstimates = new Map();
  for (const [method, own] of predicted) {
    const measure = ratingMeasurer({ predicted: own, actual }, measuringOf(rated, method), 'test');
    const figures = weightedRows(draws, userOf.slots, measure);
    estimates.set(method, await figureEstimates(figures, draws, between, isLinear));
  }
  return estimates;
}

/** Figures of rows by how often their users' groups are there; `slots` [rows] says whose each is. */
export function weightedRows<Figures>(
  { groupOf }: UserDraws,
  slots: Int32Array,
  measure: (weights: Float64Array) => Figures,
): (times: Float64Array) => Figures {
  const groups = slots.map((user) => groupOf[user]!);
  const weights = new Float64Array(slots.length);
  return (times) => {
    for (let row = 0; row < groups.length; row++) weights[row] = times[groups[row]!]!;
    return measure(weights);
  };
}

/** The place of each key among the distinct ones, in the order in which they come. */
export function slotsOf(keys: Int32Array): { slots: Int32Array; count: number } {
  const places = new Map<number, number>();
  const slots = keys.map((key) => {
    const slot = places.get(key) ?? places.size;
    places.set(key, slot);
    return slot;
  });
  return { slots, count: places.size };
}
