/** Made-up test users of whom the true figures are known, since the population that they are drawn from is written down. */
import { normalProbability } from '@trainyard/trainer-job/evaluate/confidence/distributions';
import type { PerUserMean } from '@trainyard/trainer-job/evaluate/confidence/perUser';
import type { RatedRows } from '@trainyard/trainer-job/evaluate/ratings/ratedRows';
import type { Random } from '@trainyard/trainer-job/model/random';

/** Most users have few rows and few hits; some have many of both, as in a shop. */
const KINDS = [
  { share: 0.75, leastRows: 1, mostRows: 3, hits: 0.15 },
  { share: 0.25, leastRows: 5, mostRows: 25, hits: 0.3 },
] as const;
/** How much more often the better of two models has a hit. */
const BETTER = 1.2;
/** In this share of the rows two models do alike. */
const ALIKE = 0.6;
const LIST = 10;
/** What a user's predictions are off by has this deviation; what each row is off besides has 1. */
const USER_DEVIATION = 0.5;

const gain = (place: number) => 1 / Math.log2(1 + place);
const meanGain =
  Array.from({ length: LIST }, (_, i) => gain(i + 1)).reduce((sum, one) => sum + one, 0) / LIST;

const meanRows = (value: (kind: (typeof KINDS)[number]) => number) =>
  KINDS.reduce((sum, kind) => sum + kind.share * ((kind.leastRows + kind.mostRows) / 2) * value(kind), 0);
const recall = meanRows(({ hits }) => hits) / meanRows(() => 1);
const variance = 1 + USER_DEVIATION ** 2;

/** What is true of the population. */
export const TRUTHS = {
  recall,
  ndcg: recall * meanGain,
  /** Of the better model beside the other. */
  change: BETTER - 1,
  /** Of a model beside one that is as good. */
  difference: 0,
  rmse: Math.sqrt(variance),
  /** That a row of 1, higher by 1, is above one of 0 of another user. */
  auc: normalProbability(1 / Math.sqrt(2 * variance)),
};
export type Truth = keyof typeof TRUTHS;

function add(values: Float64Array, at: number, value: number): void {
  values[at] = (values[at] ?? 0) + value;
}

export type RankedFigure = 'recall' | 'ndcg' | 'equal' | 'better';

/** The hits of four models: one, by rows and by place; one that is as good; and one that is better. */
export function simulatedHits(users: number, random: Random): Map<RankedFigure, PerUserMean> {
  const weights = new Float64Array(users);
  const sums = () => ({ sums: new Float64Array(users), weights });
  const figures = { recall: sums(), ndcg: sums(), equal: sums(), better: sums() };
  for (let user = 0; user < users; user++) {
    const kind = random() < KINDS[0].share ? KINDS[0] : KINDS[1];
    const rows = kind.leastRows + Math.floor(random() * (kind.mostRows - kind.leastRows + 1));
    const hits = kind.hits * (0.5 + random());
    weights[user] = rows;
    for (let row = 0; row < rows; row++) {
      const own = random();
      const other = random() < ALIKE ? own : random();
      if (own < hits) add(figures.recall.sums, user, 1);
      if (own < hits) add(figures.ndcg.sums, user, gain(1 + Math.floor(random() * LIST)));
      if (other < hits) add(figures.equal.sums, user, 1);
      if (other < BETTER * hits) add(figures.better.sums, user, 1);
    }
  }
  return new Map(Object.entries(figures) as [RankedFigure, PerUserMean][]);
}

/** Predictions of numbers and of answers, one to five rows of each user. */
export function simulatedRatings(
  users: number,
  random: Random,
): { users: Int32Array; numbers: RatedRows; answers: RatedRows } {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const rows: { user: number; error: number; answer: number; score: number }[] = [];
  for (let user = 0; user < users; user++) {
    const [off, count] = [USER_DEVIATION * normal(), 1 + Math.floor(random() * 5)];
    for (let row = 0; row < count; row++) {
      const answer = random() < 0.4 ? 1 : 0;
      rows.push({ user, error: off + normal(), answer, score: answer + off + normal() });
    }
  }
  const column = (value: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, value);
  return {
    users: Int32Array.from(rows, ({ user }) => user),
    numbers: { predicted: column(({ error }) => error), actual: column(() => 0) },
    answers: { predicted: column(({ score }) => score), actual: column(({ answer }) => answer) },
  };
}
