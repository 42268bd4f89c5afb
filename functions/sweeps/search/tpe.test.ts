import { inferSpace, type ParameterValue, type Space } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { mixtureOf } from './mixture.js';
import { logNormalBetween, normalBelow } from './normal.js';
import { suggest, type SearchSettings, type SearchTrial } from './strategy.js';

const SPACE = inferSpace({
  f: { type: 'float', min: -1, max: 3 },
  l: { type: 'logFloat', min: 1e-4, max: 1 },
  i: { type: 'int', min: 1, max: 100, log: true },
  s: { type: 'float', min: 0, max: 1, step: 0.25 },
  n: { type: 'int', min: 2, max: 9 },
  c: ['x', 'y', 'z'],
});
const OBSERVED: Record<string, ParameterValue[]> = {
  f: [0.5, 2.9, -0.2, 0.45, 1.1],
  l: [1e-3, 0.5, 2e-2, 2.1e-2, 1e-4],
  i: [1, 7, 80, 8, 30],
  s: [0, 0.25, 0.25, 1, 0.5],
  n: [2, 9, 4, 4, 5],
  c: ['x', 'z', 'z', 'y', 'z'],
};
const POINTS: Record<string, ParameterValue[]> = {
  f: [-1, 0.4, 3],
  l: [1e-4, 0.03, 1],
  i: [1, 9, 100],
  s: [0, 0.5, 1],
  n: [2, 6, 9],
  c: ['x', 'y', 'z'],
};

/** What Optuna 5.0's `_ParzenEstimator.log_pdf` says of `POINTS` with so many of `OBSERVED`, of each parameter and of all together. */
const OPTUNA: [string, number[]][] = [
  ['f 0', [-1.47031656063, -1.35656656063, -1.47031656063]],
  ['l 0', [-2.30434900588, -2.18646290249, -2.30434900588]],
  ['i 0', [-1.61338594774, -3.82456509904, -6.35704339347]],
  ['s 0', [-1.64985937074, -1.57012566785, -1.64985937074]],
  ['n 0', [-2.13469319288, -2.04106519653, -2.13469319288]],
  ['c 0', [-1.09861228867, -1.09861228867, -1.09861228867]],
  ['f 1', [-1.45909343879, -1.31171804512, -1.6081198287]],
  ['l 1', [-2.22751086401, -2.20398433915, -2.4415447889]],
  ['i 1', [-1.52427546721, -3.8338832717, -6.48757389641]],
  ['s 1', [-1.55701705387, -1.57027611432, -1.75188100372]],
  ['n 1', [-2.02970283255, -2.05872744472, -2.24526755585]],
  ['c 1', [-0.762140052047, -1.32175583998, -1.32175583998]],
  ['f 5', [-1.97939723988, -0.902072740527, -1.96612898969]],
  ['l 5', [-2.22347557535, -2.19847181852, -2.56935476427]],
  ['i 5', [-2.00722742143, -3.78113639741, -6.17009575137]],
  ['s 5', [-1.40995935878, -1.55240015029, -2.15529378563]],
  ['n 5', [-1.99290692639, -2.17678283132, -2.68298225208]],
  ['c 5', [-1.34992671695, -1.34992671695, -0.730887508543]],
  ['together 0', [-10.2712163665, -12.0773977152, -15.0148738123]],
  ['together 1', [-9.41783795298, -12.3013846671, -15.5600733347]],
  ['together 5', [-10.1889484086, -11.6312330147, -16.5553917352]],
  ['f 40', [-1.4559911407, -1.53227556044, -2.07345743705]],
];

const at = (values: Record<string, ParameterValue[]>, keys: readonly string[], i: number) =>
  Object.fromEntries(keys.map((key) => [key, values[key]?.[i] ?? null]));

describe('the density of trials', () => {
  it.each(OPTUNA)("is Optuna's: %s", (name, logDensities) => {
    const [what = '', count = ''] = name.split(' ');
    const keys = what === 'together' ? Object.keys(SPACE) : [what];
    // The golden ratio's multiples lie evenly; the newest 25 of 40 weigh the same.
    const observed =
      count === '40' ? { f: Array.from({ length: 40 }, (_, i) => ((i * 0.618034) % 1) * 4 - 1) } : OBSERVED;
    const trials = Array.from({ length: Number(count) }, (_, i) => ({ parameters: at(observed, keys, i) }));
    const mixture = mixtureOf(trials, { keys, space: SPACE });
    for (const [i, expected] of logDensities.entries()) {
      expect(mixture.logDensity(at(POINTS, keys, i))).toBeCloseTo(expected, 8);
    }
  });

  it('draws values as often as it says', () => {
    const keys = ['n'];
    const trials = OBSERVED['n']!.map((n) => ({ parameters: { n } }));
    const mixture = mixtureOf(trials, { keys, space: SPACE });
    let state = 7;
    const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const draws = Array.from({ length: 20_000 }, () => mixture.sample(random)['n']);
    for (let n = 2; n <= 9; n++) {
      const share = draws.filter((draw) => draw === n).length / draws.length;
      expect(Math.abs(share - Math.exp(mixture.logDensity({ n })))).toBeLessThan(0.012);
    }
  });
});

describe('the normal distribution', () => {
  it('is that of SciPy, far out too', () => {
    const known = [
      [-8, 6.22096057427174e-16],
      [-3.1, 0.0009676032132183563],
      [-2.9, 0.0018658133003840375],
      [-0.5, 0.3085375387259869],
      [0.3, 0.6179114221889526],
      [5, 0.9999997133484281],
    ] as const;
    for (const [x, below] of known) expect(Math.abs(normalBelow(x) / below - 1)).toBeLessThan(1e-12);
    expect(logNormalBetween(-31, -30)).toBeCloseTo(-454.32124395634327, 9);
    expect(logNormalBetween(30, 31)).toBeCloseTo(-454.32124395634327, 9);
  });
});

const settings = (over: Partial<SearchSettings['strategy']> = {}, seed = 1): SearchSettings => ({
  strategy: { kind: 'tpe', startupTrials: 10, multivariate: false, ...over },
  pruner: { kind: 'none', minEpochs: 1, reductionFactor: 3 },
  objective: { direction: 'minimize' },
  seed,
});

type Objective = (parameters: Record<string, ParameterValue>) => number;

function searched(space: Space, objective: Objective, asked: SearchSettings, count: number): SearchTrial[] {
  const history: SearchTrial[] = [];
  for (let number = 1; number <= count; number++) {
    const next = suggest(history, space, asked);
    if (!next) break;
    const value = objective(next.parameters);
    history.push({ number, ...next, state: 'completed', value, curve: [] });
  }
  return history;
}

describe('tpe', () => {
  const bowl = inferSpace({
    x: { type: 'float', min: -5, max: 5 },
    y: { type: 'float', min: -5, max: 5 },
  });
  const distance: Objective = ({ x, y }) => (Number(x) - 1) ** 2 + (Number(y) + 2) ** 2;
  const best = (history: readonly SearchTrial[]) =>
    Math.min(...history.map(({ value }) => value ?? Infinity));

  it.each([false, true])(
    'finds the ground of a bowl where random search does not (multivariate: %s)',
    (multivariate) => {
      const found = [1, 2, 3].map((seed) =>
        best(searched(bowl, distance, settings({ multivariate }, seed), 60)),
      );
      const drawn = [1, 2, 3].map((seed) =>
        best(searched(bowl, distance, settings({ kind: 'random' }, seed), 60)),
      );
      expect(found.toSorted((a, b) => a - b)[1]).toBeLessThan(0.5 * drawn.toSorted((a, b) => a - b)[1]!);
    },
  );

  it('draws as random search does until the start is over, failed trials not counted', () => {
    const history = searched(bowl, distance, settings(), 9);
    const failed: SearchTrial = {
      number: 10,
      parameters: { x: 0, y: 0 },
      state: 'failed',
      value: null,
      curve: [],
    };
    const drawn = suggest([...history, failed], bowl, settings({ kind: 'random' }));
    expect(suggest([...history, failed], bowl, settings())).toEqual(drawn);
    const done: SearchTrial = { ...failed, state: 'completed', value: 5 };
    expect(suggest([...history, done], bowl, settings())).not.toEqual(drawn);
  });

  it('goes up where more is better', () => {
    const up = { ...settings(), objective: { direction: 'maximize' } } as const;
    const history = searched(bowl, (parameters) => -distance(parameters), up, 30);
    const down = searched(bowl, distance, settings(), 30);
    expect(history.map(({ parameters }) => parameters)).toEqual(down.map(({ parameters }) => parameters));
  });

  it('keeps away from where trials run', () => {
    const line = inferSpace({ x: { type: 'float', min: 0, max: 1 } });
    const history = Array.from({ length: 20 }, (_, i): SearchTrial => ({
      number: i + 1,
      parameters: { x: i / 19 },
      state: 'completed',
      value: Math.abs(i / 19 - 0.5),
      curve: [],
    }));
    const running = Array.from({ length: 20 }, (_, i): SearchTrial => ({
      number: 21 + i,
      parameters: { x: 0.48 + i * 0.002 },
      state: 'running',
      value: null,
      curve: [],
    }));
    const far = Array.from({ length: 20 }, (_, seed) =>
      Math.abs(Number(suggest([...history, ...running], line, settings({}, seed))!.parameters['x']) - 0.5),
    );
    const near = Array.from({ length: 20 }, (_, seed) =>
      Math.abs(Number(suggest(history, line, settings({}, seed))!.parameters['x']) - 0.5),
    );
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(far)).toBeGreaterThan(2 * mean(near));
  });

  it.each([false, true])(
    'searches chains of conditions, each parameter only where it has a meaning (multivariate: %s)',
    (multivariate) => {
      const space = inferSpace({
        kind: ['a', 'b'],
        rate: { type: 'logFloat', min: 1e-3, max: 1, when: { kind: 'b' } },
        deep: { values: [true, false], when: { kind: 'b' } },
        depth: { type: 'int', min: 1, max: 5, when: { deep: true } },
      });
      const objective: Objective = ({ kind, rate, depth }) =>
        kind === 'a'
          ? 1
          : Math.abs(Math.log(Number(rate) / 0.1)) + (depth === undefined ? 3 : 5 - Number(depth));
      const history = searched(space, objective, settings({ multivariate }), 50);
      expect(best(history)).toBeLessThan(2);
      for (const { parameters } of history) {
        expect('rate' in parameters).toBe(parameters['kind'] === 'b');
        expect('depth' in parameters).toBe(parameters['deep'] === true);
      }
    },
  );

  it('takes pruned trials as worse than all that ended, the farther ones as better', () => {
    const line = inferSpace({ x: { type: 'float', min: 0, max: 1 } });
    const pruned = Array.from({ length: 12 }, (_, i): SearchTrial => ({
      number: i + 1,
      parameters: { x: i < 2 ? 0.9 + i / 100 : 0.05 * i },
      state: 'pruned',
      value: null,
      curve: i < 2 ? [{ epoch: 9, value: 5 }] : [{ epoch: 1, value: 1 }],
    }));
    const found = Array.from({ length: 9 }, (_, seed) =>
      Number(suggest(pruned, line, settings({}, seed))!.parameters['x']),
    );
    expect(found.toSorted((a, b) => a - b)[4]).toBeGreaterThan(0.7);
  });

  it('takes the best of what is left where its choice was tried already, until nothing is', () => {
    const small = inferSpace({ x: { min: 1, max: 6 }, y: { min: 1, max: 6 } });
    const history = searched(
      small,
      ({ x, y }) => (Number(x) - 3) ** 2 + (Number(y) - 5) ** 2,
      settings(),
      50,
    );
    expect(history).toHaveLength(36);
    const values = history.map(({ value }) => value ?? Infinity);
    const mean = (some: number[]) => some.reduce((sum, value) => sum + value, 0) / some.length;
    // The first ten are drawn; what is tried next is near the best, and what is left to the end is not.
    expect(mean(values.slice(10, 20))).toBeLessThan(mean(values.slice(26)) / 1.5);
  });

  it('leaves out what somebody tried that is no number of the range, and counts what lies beyond it at its end', () => {
    const line = inferSpace({ x: { type: 'int', min: 1, max: 10, step: 4 } });
    const history = Array.from({ length: 12 }, (_, i): SearchTrial => ({
      number: i + 1,
      parameters: { x: i === 0 ? { learned: true } : i === 1 ? 4000 : 1 + 4 * (i % 3), n: i },
      state: 'completed',
      value: i,
      curve: [],
    }));
    const wider = inferSpace({ ...line, y: { type: 'float', min: 0, max: 1 } });
    for (let seed = 0; seed < 20; seed++) {
      expect([1, 5, 9]).toContain(suggest(history, wider, settings({}, seed))!.parameters['x']);
    }
  });

  it('decides by the history alone, in whatever order it is read', () => {
    const history = searched(bowl, distance, settings({ multivariate: true }), 25);
    for (const multivariate of [false, true]) {
      const asked = settings({ multivariate });
      expect(suggest(history.toReversed(), bowl, asked)).toEqual(suggest(history, bowl, asked));
    }
    expect(searched(bowl, distance, settings({ multivariate: true }), 25)).toEqual(history);
  });
});
