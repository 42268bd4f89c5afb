/** How often intervals hold what they say they hold, in cases whose truth is known. */
import { parseArgs } from 'node:util';
import { METRICS, metricName } from '@trainyard/shared';
import {
  changeOf,
  differenceOf,
  figureEstimates,
  meanEstimates,
  type Estimate,
} from '@trainyard/trainer-job/evaluate/confidence/estimate';
import { weightedRows } from '@trainyard/trainer-job/evaluate/confidence/estimates';
import { intervalOf } from '@trainyard/trainer-job/evaluate/confidence/interval';
import { drawUsers } from '@trainyard/trainer-job/evaluate/confidence/userDraws';
import { ratingMeasurer } from '@trainyard/trainer-job/evaluate/ratings/ratingMetrics';
import { randomFor } from '@trainyard/trainer-job/model/random';
import type { Bench } from '../bench.js';
import { simulatedHits, simulatedRatings, type Truth, TRUTHS } from './simulatedUsers.js';

const CASES = 500;
const DRAWS = 1000;
/** In turn: few users and many. */
const USERS = [30, 60, 120, 250, 500] as const;
/** Ratings take longer to draw. */
const RATING_USERS = [30, 60, 120] as const;
const BAR = { least: 93, most: 97 };

const between = async () => {};

export const intervalCoverage: Bench = {
  name: 'interval-coverage',
  claim: `of ${CASES} simulated evaluations, the intervals hold the true figure in ${BAR.least} to ${BAR.most} %, and those of the difference of two equally good models hold 0 as often`,
  usage: '[--seed N]',
  async run(args) {
    const { seed = '1' } = parseArgs({ args, options: { seed: { type: 'string' } } }).values;
    const started = performance.now();
    const held = new Map<Truth, number>();
    for (let at = 0; at < CASES; at++) {
      for (const [truth, estimate] of await simulatedCase(at, Number(seed))) {
        const interval = intervalOf(estimate);
        const holds = interval && interval.low <= TRUTHS[truth] && TRUTHS[truth] <= interval.high;
        held.set(truth, (held.get(truth) ?? 0) + (holds ? 1 : 0));
      }
    }
    const percent = (truth: Truth) => (100 * (held.get(truth) ?? 0)) / CASES;
    const figures = (Object.keys(TRUTHS) as Truth[]).filter((truth) => truth !== 'difference');
    const coverage = figures.reduce((sum, truth) => sum + percent(truth), 0) / figures.length;
    const paired = percent('difference');
    const isHeld = (value: number) => value >= BAR.least && value <= BAR.most;
    return {
      figures: {
        coverage_percent: Number(coverage.toFixed(2)),
        paired_percent: paired,
        ...Object.fromEntries(figures.map((truth) => [`${truth}_percent`, percent(truth)])),
        cases: CASES,
        seconds: Number(((performance.now() - started) / 1000).toFixed(1)),
      },
      bar: `coverage_percent and paired_percent are ${BAR.least} to ${BAR.most}`,
      pass: isHeld(coverage) && isHeld(paired),
    };
  },
};

async function simulatedCase(at: number, seed: number): Promise<Map<Truth, Estimate>> {
  const random = randomFor(seed, `case ${at}`);
  const users = inTurn(USERS, at);
  const means = await meanEstimates(simulatedHits(users, random), drawUsers(users, DRAWS, random), between);
  const [recall, ndcg] = [means.get('recall'), means.get('ndcg')];
  const [equal, better] = [means.get('equal'), means.get('better')];
  const estimates = new Map<Truth, Estimate>();
  const found = {
    recall,
    ndcg,
    difference: recall && equal && differenceOf(recall, equal),
    change: recall && better && changeOf(better, recall),
  };
  for (const [truth, estimate] of Object.entries(found) as [Truth, Estimate | undefined][]) {
    if (estimate) estimates.set(truth, estimate);
  }

  const ratingUsers = inTurn(RATING_USERS, at);
  const { users: userOf, numbers, answers } = simulatedRatings(ratingUsers, random);
  const draws = drawUsers(ratingUsers, DRAWS, random);
  const measures = [
    { truth: 'rmse', metric: metricName(METRICS.rmse, 'test'), rows: numbers, isBinary: false },
    { truth: 'auc', metric: metricName(METRICS.auc, 'test'), rows: answers, isBinary: true },
  ] as const;
  for (const { truth, metric, rows, isBinary } of measures) {
    const figures = weightedRows(draws, userOf, ratingMeasurer(rows, { isBinary }, 'test'));
    const estimate = (await figureEstimates(figures, draws, between)).get(metric);
    if (estimate) estimates.set(truth, estimate);
  }
  return estimates;
}

function inTurn(values: readonly number[], at: number): number {
  return values[at % values.length] ?? 0;
}
