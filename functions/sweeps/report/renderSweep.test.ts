import { trainingSpecSchema, type SweepView, type TrialView } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_SPEC } from '../../../test/support/newRun.js';
import { renderSweep } from './renderSweep.js';
import type { SweepReport } from './section.js';
import { MOST_TRIALS_SHOWN } from './sections/trials.js';
import { sweepFileOf } from './sweepFile.js';

const AT = '2026-01-01T00:00:00.000Z';
const RATE = 'training.optimizer.learningRate';
const RUN = 'k3v7q2mzx5ahc4tnwy6d';

function trialOf(number: number, parts: Partial<TrialView> = {}): TrialView {
  const rate = number / 100;
  return {
    sweepId: 'q5w2kzt7mbx3hvac4ndy',
    number,
    round: 1,
    parameters: { [RATE]: rate, 'training.epochs': 4 },
    decision: null,
    runId: RUN,
    state: 'completed',
    value: 5 + Math.abs(rate - 0.05),
    curve: [{ epoch: 4, value: 6 }],
    pruning: null,
    error: null,
    costUsd: 0.01,
    seconds: 61,
    createdAt: AT,
    endedAt: AT,
    ...parts,
  };
}

function reportOf(trials: TrialView[], parts: Partial<SweepView> = {}): SweepReport {
  const counts = { running: 0, completed: 0, pruned: 0, failed: 0, cancelled: 0 };
  for (const { state } of trials) counts[state]++;
  const [best] = trials
    .filter(({ state }) => state === 'completed')
    .toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0));
  const sweep: SweepView = {
    sweepId: 'q5w2kzt7mbx3hvac4ndy',
    modelId: 'shop',
    name: 'rates',
    description: '',
    experiment: null,
    spec: trainingSpecSchema.parse(EXAMPLE_SPEC),
    presets: [],
    tiers: ['small'],
    space: {
      [RATE]: { type: 'logFloat', min: 0.01, max: 1 },
      'training.epochs': { type: 'constant', value: 4 },
    },
    objective: { metric: 'val_loss', direction: 'minimize' },
    strategy: { kind: 'random', startupTrials: 10, multivariate: false },
    pruner: { kind: 'asha', minEpochs: 1, reductionFactor: 3 },
    seed: 42,
    maxTrials: trials.length,
    maxParallel: 2,
    timeoutSeconds: 60,
    budgetUsd: null,
    expectedTrialUsd: null,
    maxFailures: 10,
    deadlineAt: AT,
    pausedAt: null,
    cancelRequestedAt: null,
    requestedBy: 'ada',
    teams: ['*'],
    createdAt: AT,
    updatedAt: AT,
    status: 'completed',
    endReason: 'maxTrials',
    endedAt: AT,
    trials: counts,
    best: best
      ? { number: best.number, runId: RUN, value: best.value ?? 0, parameters: best.parameters }
      : null,
    costUsd: 0.12,
    finals: [],
    ...parts,
  };
  return { sweep, trials, file: sweepFileOf(sweep, trials), worths: [], at: new Date(AT) };
}

const many = (count: number) => Array.from({ length: count }, (_, i) => trialOf(i + 1));
const textOf = (page: string) =>
  page
    .replaceAll(/<style>.*?<\/style>/gs, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');

describe('the report of a sweep', () => {
  it('has the best specification beside the one before, what mattered, and every trial', () => {
    const page = renderSweep(reportOf(many(12)));
    const text = textOf(page);
    expect(text).toContain('Trial 5 is the best: val_loss 5.0000');
    expect(text).toMatch(new RegExp(`${RATE} 0\\.05 .* 0\\.01 to 1, by magnitude`));
    expect(text).toContain('the trials 2, 3, 4, 5.');
    expect(text).toContain('100 %');
    for (const number of [1, 12])
      expect(page).toMatch(new RegExp(`<th scope="row" class="n">${number}</th>`));
    // What was the same in every trial has no column.
    expect(text).toMatch(/cost learningRate run/);
    expect(page).toMatch(/<svg[^>]*role="img"/);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('counts the trials that came to nothing by why, and says where a model collapsed', () => {
    const collapsed = { code: 'equal-scores', message: 'in 9 of 9 test rows items score alike' };
    const trials = [
      ...many(4),
      trialOf(5, { state: 'failed', value: null, curve: [], error: collapsed }),
      trialOf(6, { state: 'failed', value: null, curve: [], error: collapsed }),
      trialOf(7, { state: 'failed', value: null, curve: [], error: { code: 'oom', message: 'no <memory>' } }),
      trialOf(8, { state: 'pruned', curve: [{ epoch: 1, value: 9 }], value: 9 }),
    ];
    const page = renderSweep(reportOf(trials));
    const text = textOf(page);
    expect(text).toContain('3 trials failed, of which 2 since the model collapsed');
    expect(text).toMatch(/failed 2 equal-scores : the model collapsed in 9 of 9 .* \(of trial 5\) 5, 6/);
    expect(text).toMatch(/pruned 1 fell behind the others 8/);
    expect(page).toContain('no &lt;memory&gt;');
  });

  it('shows what people wrote as text, whatever it is', () => {
    const markup = '</h1><script>alert(1)</script>';
    const space: SweepView['space'] = {
      [`a.${markup}`]: { type: 'categorical', values: [markup, 'b'] },
    };
    const trials = many(3).map((trial) => ({ ...trial, parameters: { [`a.${markup}`]: markup } }));
    const page = renderSweep(
      reportOf(trials, { name: markup, description: markup, requestedBy: markup, space, best: null }),
    );
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;');
  });

  it('says what it has nothing to show of, where no trial has a result', () => {
    const text = textOf(renderSweep(reportOf([])));
    expect(text).toContain('No trial has a result');
    expect(text).toContain('All trials : No trial was started yet.');
    expect(text).toContain('The best so far : No trial has a result yet.');
  });

  it('has the best of very many trials, and says that the file has all', () => {
    const page = renderSweep(reportOf(many(MOST_TRIALS_SHOWN + 3)));
    expect(textOf(page)).toMatch(/Of 503 trials, the best 500 are here; sweep\.json has all/);
    expect(page).toMatch(/<th scope="row" class="n">5<\/th>/);
    expect(page).not.toMatch(/<th scope="row" class="n">503<\/th>/);
  });
});
