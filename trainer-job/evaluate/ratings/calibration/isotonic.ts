import { isOne, type RatedRows } from '../ratedRows.js';
import { ascending, eachTie } from '../ties.js';

interface Level {
  /** The least and the greatest prediction of its rows. */
  from: number;
  to: number;
  rows: number;
  ones: number;
}

/**
 * The never falling curve with the least squared distance from the answers, by pooling neighbours that fall (Ayer et al. 1955: An
 * Empirical Distribution Function for Sampling with Incomplete Information); rows of equal predictions are one. Points are those of
 * scikit-learn's `IsotonicRegression`: both ends of each level. There is at least one row.
 */
export function fitIsotonic({ predicted, actual }: RatedRows): {
  method: 'isotonic';
  x: number[];
  y: number[];
} {
  const order = ascending(predicted);
  const levels: Level[] = [];
  eachTie(order, predicted, (from, to) => {
    const at = predicted[order[from]!]!;
    let ones = 0;
    for (let i = from; i < to; i++) if (isOne(actual[order[i]!]!)) ones++;
    let level: Level = { from: at, to: at, rows: to - from, ones };
    for (let below = levels.at(-1); below && isNotBelow(below, level); below = levels.at(-1)) {
      levels.pop();
      level = { ...level, from: below.from, rows: below.rows + level.rows, ones: below.ones + level.ones };
    }
    levels.push(level);
  });
  const points = levels.flatMap(({ from, to, rows, ones }) =>
    (from === to ? [from] : [from, to]).map((x) => ({ x, y: ones / rows })),
  );
  return { method: 'isotonic', x: points.map(({ x }) => x), y: points.map(({ y }) => y) };
}

/** Compares shares as whole numbers, which no rounding disturbs. */
function isNotBelow(below: Level, level: Level): boolean {
  return below.ones * level.rows >= level.ones * below.rows;
}
