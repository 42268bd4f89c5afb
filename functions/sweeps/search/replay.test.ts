import { inferSpace } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { replay, type Decided } from './replay.js';
import { suggest, type SearchSettings, type SearchTrial } from './strategy.js';

const SPACE = inferSpace({ x: { type: 'float', min: 0, max: 1 }, kind: ['p', 'q'] });
const SETTINGS: SearchSettings = {
  strategy: { kind: 'tpe', startupTrials: 4, multivariate: false },
  pruner: { kind: 'none', minEpochs: 1, reductionFactor: 3 },
  objective: { direction: 'minimize' },
  seed: 3,
};

describe('a decision', () => {
  it('is the same again from the history of then, although that has gone on since', () => {
    const history: SearchTrial[] = [];
    const decisions: Decided[] = [];
    for (let number = 1; number <= 20; number++) {
      const open = history
        .filter(({ state }) => state === 'running')
        .map((trial) => ({ number: trial.number, epochs: trial.curve.length }));
      const { parameters } = suggest(history, SPACE, SETTINGS)!;
      decisions.push({ number, parameters, open });
      history.push({ number, parameters, state: 'running', value: null, curve: [] });
      // Of three that run side by side the oldest ends.
      const ending = history[number - 3];
      if (ending) {
        const value = Math.abs(Number(ending.parameters['x']) - 0.3);
        history[number - 3] = { ...ending, state: 'completed', value, curve: [{ epoch: 1, value }] };
      }
    }
    for (const decided of decisions) {
      expect(replay(decided, history, SPACE, SETTINGS)).toEqual({
        parameters: decided.parameters,
        isSame: true,
      });
    }
    const last = decisions.at(-1)!;
    expect(replay(last, history, SPACE, { ...SETTINGS, seed: 4 }).isSame).toBe(false);
    expect(replay({ ...last, number: 12 }, history, SPACE, SETTINGS).isSame).toBe(false);
  });
});
