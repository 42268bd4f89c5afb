import { describe, expect, it } from 'vitest';
import { shouldPrune, type SearchSettings, type SearchTrial } from './strategy.js';

const settings = (direction: 'maximize' | 'minimize' = 'maximize', minEpochs = 1): SearchSettings => ({
  strategy: { kind: 'random', startupTrials: 10, multivariate: false },
  pruner: { kind: 'asha', minEpochs, reductionFactor: 3 },
  objective: { direction },
  seed: 1,
});

const trial = (number: number, ...values: number[]): SearchTrial => ({
  number,
  parameters: {},
  state: 'running',
  value: null,
  curve: values.map((value, i) => ({ epoch: i + 1, value })),
});

describe('asynchronous successive halving', () => {
  it('lets the first on, and later ones only among the best third of those that came as far', () => {
    const first = trial(1, 0.5);
    expect(shouldPrune(first, [first], settings())).toBe(false);
    expect(shouldPrune(trial(2, 0.4), [first], settings())).toBe(true);
    expect(shouldPrune(trial(2, 0.6), [first], settings())).toBe(false);
    const six = [0.1, 0.2, 0.3, 0.4, 0.5].map((value, i) => trial(i + 1, value));
    // Of six, two go on.
    expect(shouldPrune(trial(6, 0.45), six, settings())).toBe(false);
    expect(shouldPrune(trial(6, 0.35), six, settings())).toBe(true);
  });

  it('stops who led once, when others have done better at the same rung', () => {
    const early = trial(1, 0.5, 0.5);
    expect(shouldPrune(early, [early, trial(2, 0.4)], settings())).toBe(false);
    expect(shouldPrune(early, [early, trial(2, 0.6)], settings())).toBe(true);
  });

  it('compares by epochs, with what trials had come to then', () => {
    const others = [trial(1, 0.1, 0.2, 0.9, 0.9), trial(2, 0.1, 0.3, 0.4)];
    // At the rung of three epochs the best so far counts, and what came later does not.
    expect(shouldPrune(trial(3, 0.95, 0.1, 0.1), others, settings())).toBe(false);
    expect(shouldPrune(trial(3, 0.1, 0.1, 0.8), others, settings())).toBe(true);
    expect(shouldPrune(trial(3, 0.2), others, settings())).toBe(false);
  });

  it('goes by the direction, and asks nothing before its first rung', () => {
    const others = [trial(1, 1, 1, 1), trial(2, 2, 2, 2), trial(3, 3, 3, 3)];
    expect(shouldPrune(trial(4, 2.5, 2.5, 2.5), others, settings('minimize'))).toBe(true);
    expect(shouldPrune(trial(4, 0.5, 0.5, 0.5), others, settings('minimize'))).toBe(false);
    expect(shouldPrune(trial(4, 9), others, settings('minimize', 2))).toBe(false);
  });

  it('stops who has no number where others have, and counts nobody twice', () => {
    const lost = trial(2, Number.NaN);
    expect(shouldPrune(lost, [trial(1, 0.1), lost], settings())).toBe(true);
    const only = trial(1, 0.5);
    expect(shouldPrune(only, [only, only], settings())).toBe(false);
  });

  it('stops only what runs, and nothing without a pruner', () => {
    const behind = trial(2, 0.1);
    expect(shouldPrune({ ...behind, state: 'completed' }, [trial(1, 0.5)], settings())).toBe(false);
    const none: SearchSettings = {
      ...settings(),
      pruner: { kind: 'none', minEpochs: 1, reductionFactor: 3 },
    };
    expect(shouldPrune(behind, [trial(1, 0.5)], none)).toBe(false);
  });
});
