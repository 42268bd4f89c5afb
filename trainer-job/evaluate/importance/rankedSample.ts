import type { Random } from '../../model/random.js';
import { meanEstimates } from '../confidence/estimate.js';
import { drawUsers } from '../confidence/userDraws.js';
import { MODEL, type PartContext, type Ranked } from '../part.js';
import type { EvaluationRows } from '../ranks/evaluationRows.js';
import { excludedOf, oneAfterTheOther } from '../ranks/excluded.js';
import { scoreRows } from '../ranks/scoreSplit.js';
import { scoringOf } from '../ranks/scoring.js';
import { retrievalMeans } from '../retrieval/retrievalMeans.js';
import type { PermutedModel } from './permutedModel.js';
import { drawnUsers, leftOutOfSample, type Sample } from './sample.js';

/** Scores of one pass over the sample: a second of two slow cores for three passes over ten features. */
const MAX_SCORES = 10_000_000;

export function rankedSample(
  { data, model: trained, spec, between, scoring }: PartContext,
  { rows: all, itemVectors, ranks }: Ranked,
  metric: string,
  random: Random,
): Sample | null {
  const { importanceUsers, k, bootstrapDraws } = spec.evaluation;
  const queriesOf = countsOf(all.users);
  const users = Int32Array.from(queriesOf.keys());
  if (users.length === 0) return null;
  const most = { users: importanceUsers, weight: MAX_SCORES / data.candidate.entities };
  const drawn = drawnUsers(users, (user) => queriesOf.get(user)!, most, random);
  const kept = [...all.queries.keys()].filter((q) => drawn.has(all.users[q]!));
  const { rows, targets } = rowsOfQueries(all, kept);
  const draws = drawUsers(drawn.size, bootstrapDraws, random);
  // What no permutation touches is embedded once.
  const asTrained = { query: trained.embed('query', rows.queries), candidate: itemVectors };
  const ranksOf = async (changed: PermutedModel) => {
    const embed: PermutedModel['embed'] = (tower, entities) =>
      tower === changed.permuted ? changed.embed(tower, entities) : asTrained[tower];
    const own = { ...changed, embed };
    return (await scoreRows(own, rows, { between, scoring: scoringOf(own, scoring) })).ranks;
  };
  return {
    rows: rows.rowCount,
    queries: rows.queries,
    leftOut: leftOutOfSample(drawn.size, users.length, importanceUsers),
    async estimate(model) {
      const own = model ? await ranksOf(model) : targets.map((target) => ranks.get(MODEL)![target]!);
      const mean = retrievalMeans(rows, own, k, 'test').means.get(metric);
      return mean && (await meanEstimates(new Map([[metric, mean]]), draws, between)).get(metric);
    },
  };
}

function countsOf(values: Int32Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** The rows of some queries, and [targets] where their targets stood. */
function rowsOfQueries(
  all: EvaluationRows,
  kept: readonly number[],
): { rows: EvaluationRows; targets: Int32Array } {
  const { starts: targetStart, places: targets } = partsOf(all.targetStart, kept);
  const rows = targets.map((target) => all.rows[target]!);
  return {
    targets,
    rows: {
      per: all.per,
      queries: Int32Array.from(kept, (q) => all.queries[q]!),
      users: Int32Array.from(kept, (q) => all.users[q]!),
      targetStart,
      items: targets.map((target) => all.items[target]!),
      rows,
      rowCount: rows.reduce((sum, one) => sum + one, 0),
      excluded: all.excluded && oneAfterTheOther(kept.map((q) => excludedOf(all, q))),
    },
  };
}

/** Of lists one after the other, those that are kept. */
function partsOf(start: Int32Array, kept: readonly number[]): { starts: Int32Array; places: Int32Array } {
  const starts = new Int32Array(kept.length + 1);
  kept.forEach((q, i) => (starts[i + 1] = starts[i]! + start[q + 1]! - start[q]!));
  const places = new Int32Array(starts.at(-1)!);
  kept.forEach((q, i) => {
    for (let at = starts[i]!, from = start[q]!; at < starts[i + 1]!; at++, from++) places[at] = from;
  });
  return { starts, places };
}
