import type { Parameters } from '@trainyard/shared';
import { median, type Bench, type BenchResult } from '../bench.js';
import { suggest, type SearchSettings, type SearchTrial } from '@trainyard/functions/sweeps/search/strategy';
import { printProgress } from '../progress.js';
import { pBelow } from './mannWhitney.js';
import { startOptuna, type OptunaPeer } from './optunaPeer.js';
import { problems, type Problem } from './problems.js';

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);
const TRIALS = 60;
/** The trials that both draw before they look. */
const STARTUP = 10;
const SIGNIFICANT = 0.05;
const NEAR = 0.05;

/** The best value of each seed's search; less is better, whatever the direction of the problem. */
type Bests = number[];

interface Compared {
  tpe: Bests;
  multivariate: Bests;
  random: Bests;
  quasiRandom: Bests;
  optuna: Bests | undefined;
  optunaMultivariate: Bests | undefined;
}

export const tpeVsRandom: Bench = {
  name: 'tpe-vs-random',
  claim:
    "the best of 60 trials by tpe, to that by random search and by Optuna's TPE, each parameter by itself and all together, on four functions and a recorded table of models: of 20 seeds each. PYTHON= names a Python that has Optuna 4.9 or 5",
  async run() {
    const peer = await startOptuna();
    if ('obstacle' in peer) printProgress(`without Optuna: ${peer.obstacle}`);
    const optuna = 'obstacle' in peer ? undefined : peer;
    const figures: Record<string, number | string> = {};
    const counts = { tpe: { better: 0, notWorse: 0 }, multivariate: { better: 0, notWorse: 0 } };
    for (const problem of problems()) {
      const compared = await compare(problem, optuna);
      const judged = judge(problem, compared);
      printProgress(`${problem.name} ${JSON.stringify(judged)}`);
      for (const by of ['tpe', 'multivariate'] as const) {
        const { better_p, optuna_worse_p, near } = judged[by];
        if (better_p < SIGNIFICANT) counts[by].better++;
        if (optuna_worse_p !== undefined && optuna_worse_p >= SIGNIFICANT && near) counts[by].notWorse++;
      }
      figures[`${problem.name}_median`] = judged.tpe.median;
    }
    optuna?.end();
    const { tpe, multivariate } = counts;
    return resultOf(tpe.better, optuna && tpe.notWorse, {
      multivariate_better_than_random: multivariate.better,
      ...(optuna && { multivariate_not_worse_than_optuna: multivariate.notWorse }),
      ...figures,
      optuna: optuna?.version ?? 'none',
    });
  },
};

/** Without the peer the comparison with it is left out, and the bar says so. */
function resultOf(
  better: number,
  notWorse: number | undefined,
  figures: Record<string, number | string>,
): BenchResult {
  const alone = { better_than_random: better, ...figures };
  if (notWorse === undefined) {
    return {
      figures: alone,
      bar: 'better_than_random = 5 of 5; not compared with Optuna',
      pass: better === 5,
    };
  }
  return {
    figures: { better_than_random: better, not_worse_than_optuna: notWorse, ...figures },
    bar: 'better_than_random = 5 of 5, not_worse_than_optuna = 5 of 5',
    pass: better === 5 && notWorse === 5,
  };
}

async function compare(problem: Problem, optuna: OptunaPeer | undefined): Promise<Compared> {
  const searched = (kind: SearchSettings['strategy']['kind'], multivariate = false) =>
    SEEDS.map((seed) =>
      bestOf(problem, search(problem, { kind, startupTrials: STARTUP, multivariate }, seed)),
    );
  const asked = async (multivariate: boolean) => {
    if (!optuna) return undefined;
    const peers: Bests = [];
    for (const seed of SEEDS) {
      // Both begin with the same draws, so that luck at the start does not decide.
      const drawn = { kind: 'random', startupTrials: STARTUP, multivariate: false } as const;
      const start = search(problem, drawn, seed, STARTUP).map(({ parameters }) => parameters);
      const study = { ...problem, seed, trials: TRIALS, multivariate, start };
      peers.push(bestOf(problem, await optuna.search(study)));
    }
    return peers;
  };
  return {
    tpe: searched('tpe'),
    multivariate: searched('tpe', true),
    random: searched('random'),
    quasiRandom: searched('quasiRandom'),
    optuna: await asked(false),
    optunaMultivariate: await asked(true),
  };
}

function bestOf({ direction }: Problem, trials: readonly { value: number }[]): number {
  return Math.min(...trials.map(({ value }) => (direction === 'minimize' ? value : -value)));
}

interface Tried {
  parameters: Parameters;
  value: number;
}

function search(
  problem: Problem,
  strategy: SearchSettings['strategy'],
  seed: number,
  most = TRIALS,
): Tried[] {
  const settings: SearchSettings = {
    strategy,
    pruner: { kind: 'none', minEpochs: 1, reductionFactor: 3 },
    objective: { direction: problem.direction },
    seed,
  };
  const history: (SearchTrial & Tried)[] = [];
  while (history.length < most) {
    const next = suggest(history, problem.space, settings);
    if (!next) break;
    const value = problem.objective(next.parameters);
    history.push({ number: history.length + 1, ...next, state: 'completed', value, curve: [] });
  }
  return history;
}

const shown = (value: number) => Number(value.toPrecision(4));

function judge({ direction }: Problem, { random, quasiRandom, ...searches }: Compared) {
  const sign = direction === 'minimize' ? 1 : -1;
  const middle = (values: Bests) => shown(sign * median(values));
  const judged = (ours: Bests, optuna: Bests | undefined) => ({
    median: middle(ours),
    better_p: shown(pBelow(ours, random)),
    ...(optuna && {
      optuna: middle(optuna),
      optuna_worse_p: shown(pBelow(optuna, ours)),
      near: median(ours) - median(optuna) <= NEAR * Math.abs(median(optuna)),
    }),
  });
  return {
    tpe: judged(searches.tpe, searches.optuna),
    multivariate: judged(searches.multivariate, searches.optunaMultivariate),
    random: middle(random),
    quasiRandom: middle(quasiRandom),
  };
}
