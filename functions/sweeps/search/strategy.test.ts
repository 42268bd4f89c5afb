import { inferSpace, type Parameters, type Space } from '@trainyard/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combinations, sizeOf } from './grid.js';
import { searchObstacle, suggest, type SearchSettings, type SearchTrial } from './strategy.js';

const settings = (kind: SearchSettings['strategy']['kind'], seed = 42): SearchSettings => ({
  strategy: { kind, startupTrials: 10, multivariate: false },
  pruner: { kind: 'none', minEpochs: 1, reductionFactor: 3 },
  objective: { direction: 'maximize' },
  seed,
});

const trial = (
  number: number,
  parameters: Parameters,
  state: SearchTrial['state'] = 'completed',
): SearchTrial => ({
  number,
  parameters,
  state,
  value: state === 'completed' ? 1 / number : null,
  curve: [],
});

/** Trials in turn until nothing is left. */
function searched(space: Space, asked: SearchSettings, most = 100): SearchTrial[] {
  const history: SearchTrial[] = [];
  while (history.length < most) {
    const next = suggest(history, space, asked);
    if (!next) break;
    history.push(
      trial(history.length + 1, next.parameters, history.length % 3 === 1 ? 'failed' : 'completed'),
    );
  }
  return history;
}

const CONDITIONAL = inferSpace({
  optimizer: ['adam', 'sgd'],
  momentum: { values: [0, 0.5, 0.9], when: { optimizer: 'sgd' } },
  nesterov: { values: [true, false], when: { momentum: [0.5, 0.9] } },
  batch: [1, 2],
});

describe('a grid', () => {
  it('has every combination once, a parameter only where its condition holds', () => {
    const all = [...combinations(CONDITIONAL)];
    // Of each batch: adam, sgd without momentum, and sgd with two momentums in two ways each.
    expect(all).toHaveLength(2 * (1 + 1 + 2 * 2));
    expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(all.length);
    expect(sizeOf(CONDITIONAL)).toBe(all.length);
    expect(all.filter(({ optimizer }) => optimizer === 'adam').every((one) => !('momentum' in one))).toBe(
      true,
    );
  });

  it('is searched to its end, failed trials and those by hand left out', () => {
    expect(searched(CONDITIONAL, settings('grid'))).toHaveLength(12);
    const [first] = combinations(CONDITIONAL);
    const byHand = suggest([trial(7, first!, 'running')], CONDITIONAL, settings('grid'));
    expect(byHand!.parameters).not.toEqual(first);
  });

  it('is refused where it has no end or is too large, with how many it has', () => {
    expect(searchObstacle(inferSpace({ a: { min: 0.5, max: 1 }, b: [1] }), 'grid')).toMatch(/give a a step/);
    const large = inferSpace({ a: { min: 1, max: 200 }, b: { min: 1, max: 200 } });
    expect(searchObstacle(large, 'grid')).toMatch(/40,000 combinations, and at most 10,000/);
    expect(searchObstacle(large, 'random')).toBeUndefined();
    expect(() => suggest([], large, settings('grid'))).toThrow(/40,000/);
  });
});

describe('random search', () => {
  it('draws the same again, whoever asks, and other values by another seed', () => {
    const space = inferSpace({ a: { min: 0.5, max: 1 }, b: { type: 'logFloat', min: 1e-4, max: 1 } });
    const history = searched(space, settings('random'), 8);
    expect(searched(space, settings('random'), 8)).toEqual(history);
    expect(suggest(history.toReversed(), space, settings('random'))).toEqual(
      suggest(history, space, settings('random')),
    );
    expect(suggest(history, space, settings('random', 43))).not.toEqual(
      suggest(history, space, settings('random')),
    );
    // One more parameter leaves what is drawn for the others.
    const wider = suggest(history, inferSpace({ ...space, c: [1, 2] }), settings('random'));
    expect(wider!.parameters).toMatchObject(suggest(history, space, settings('random'))!.parameters);
  });

  it('tries each combination of a small space once', () => {
    expect(searched(CONDITIONAL, settings('random'))).toHaveLength(12);
  });

  it('draws each parameter evenly, by value or by order of magnitude', () => {
    const space = inferSpace({
      list: ['x', 'y', 'z'],
      whole: { min: 1, max: 4 },
      size: { type: 'int', min: 1, max: 1000, log: true },
      rate: { type: 'logFloat', min: 1e-4, max: 1 },
    });
    const all = Array.from(
      { length: 2000 },
      (_, i) => suggest([trial(i + 1, { rate: 2 })], space, settings('random'))!.parameters,
    );
    const share = (holds: (one: Parameters) => boolean) => all.filter(holds).length / all.length;
    expect(share(({ list }) => list === 'x')).toBeCloseTo(1 / 3, 1);
    expect(share(({ whole }) => whole === 4)).toBeCloseTo(1 / 4, 1);
    expect(share(({ rate }) => Number(rate) < 0.01)).toBeCloseTo(1 / 2, 1);
    expect(share(({ size }) => Number(size) <= 31)).toBeCloseTo(
      Math.log(31.5 / 0.5) / Math.log(1000.5 / 0.5),
      1,
    );
  });

  it('stays within whatever range', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e6, max: 1e6 }),
        fc.integer({ min: 0, max: 1e6 }),
        fc.integer(),
        (min, width, seed) => {
          const space = inferSpace({
            a: { type: 'float', min, max: min + width },
            b: { type: 'int', min, max: min + width },
          });
          const { a, b } = suggest([], space, settings('random', seed))!.parameters;
          for (const value of [Number(a), Number(b)]) {
            expect(value).toBeGreaterThanOrEqual(min);
            expect(value).toBeLessThanOrEqual(min + width);
          }
          expect(Number.isInteger(b)).toBe(true);
        },
      ),
    );
  });
});
