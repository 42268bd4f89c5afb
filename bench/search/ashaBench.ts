import { median, type Bench } from '../bench.js';
import {
  shouldPrune,
  suggest,
  type SearchSettings,
  type SearchTrial,
} from '@trainyard/functions/sweeps/search/strategy';
import { sizeOf } from '@trainyard/functions/sweeps/search/grid';
import { printProgress } from '../progress.js';
import { keyOf, recordedCurves, TWO_TOWERS_SPACE } from './twoTowers.js';

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);
/** How many trials train side by side. */
const PARALLEL = 4;
const MOST_SHARE = 0.4;
const MOST_REGRET = 0.01;

export const asha: Bench = {
  name: 'asha',
  claim:
    'of 216 recorded trainings, the share of the epochs that is trained when asha stops trials, four side by side, and how far the best that is found is below the best there is: the median of 20 seeds',
  async run() {
    const outcomes = SEEDS.map((seed) => {
      const outcome = sweep(seed);
      printProgress(`seed ${seed}: share ${outcome.share.toFixed(3)} regret ${outcome.regret.toFixed(4)}`);
      return outcome;
    });
    const share = median(outcomes.map((outcome) => outcome.share));
    const regret = median(outcomes.map((outcome) => outcome.regret));
    const within = outcomes.filter((outcome) => outcome.regret <= MOST_REGRET).length;
    return {
      figures: {
        epochs_share: Number(share.toFixed(3)),
        regret: Number(regret.toFixed(4)),
        seeds_within: within,
        worst_regret: Number(Math.max(...outcomes.map((outcome) => outcome.regret)).toFixed(4)),
      },
      bar: `epochs_share <= ${MOST_SHARE}, regret <= ${MOST_REGRET}`,
      pass: share <= MOST_SHARE && regret <= MOST_REGRET,
    };
  },
};

/** All recorded trainings in random order, each going on by an epoch in turn until it is stopped. */
function sweep(seed: number): { share: number; regret: number } {
  const settings: SearchSettings = {
    strategy: { kind: 'random', startupTrials: 10, multivariate: false },
    pruner: { kind: 'asha', minEpochs: 1, reductionFactor: 3 },
    objective: { direction: 'maximize' },
    seed,
  };
  const curves = recordedCurves();
  const history: SearchTrial[] = [];
  let epochs = 0;
  const begin = () => {
    const next =
      history.length < sizeOf(TWO_TOWERS_SPACE) ? suggest(history, TWO_TOWERS_SPACE, settings) : null;
    if (next) history.push({ number: history.length + 1, ...next, state: 'running', value: null, curve: [] });
    return next !== null;
  };
  const isRunning = ({ state }: SearchTrial) => state === 'running';
  for (;;) {
    while (history.filter(isRunning).length < PARALLEL && begin());
    const running = history.filter(isRunning);
    if (running.length === 0) break;
    for (const trial of running) {
      const curve = curves.get(keyOf(trial.parameters)) ?? [];
      const epoch = trial.curve.length + 1;
      trial.curve.push({ epoch, value: curve[epoch - 1] ?? NaN });
      epochs++;
      trial.value = Math.max(...trial.curve.map(({ value }) => value));
      if (epoch === curve.length) trial.state = 'completed';
      else if (shouldPrune(trial, history, settings)) trial.state = 'pruned';
    }
  }
  const all = [...curves.values()];
  const most = Math.max(...all.flat());
  const found = Math.max(...history.map(({ value }) => value ?? -Infinity));
  return { share: epochs / all.flat().length, regret: (most - found) / most };
}
