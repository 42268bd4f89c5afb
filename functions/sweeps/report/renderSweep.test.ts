import type { SweepView, TrialView } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import {
  exampleSweepView,
  exampleTrial,
  exampleTrials,
  RATE,
} from '../../../test/support/exampleSweepView.js';
import { renderSweep } from './renderSweep.js';
import type { SweepReport } from './section.js';
import { MOST_TRIALS_SHOWN } from './sections/trials.js';
import { sweepFileOf } from './sweepFile.js';

const AT = '2026-01-01T00:00:00.000Z';

function reportOf(trials: TrialView[], parts: Partial<SweepView> = {}): SweepReport {
  const sweep = exampleSweepView(trials, parts);
  return { sweep, trials, file: sweepFileOf(sweep, trials), worths: [], at: new Date(AT) };
}

const textOf = (page: string) =>
  page
    .replaceAll(/<style>.*?<\/style>/gs, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');

describe('the report of a sweep', () => {
  it('has the best specification beside the one before, what mattered, and every trial', () => {
    const page = renderSweep(reportOf(exampleTrials(12)));
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

  it('says which trials were added by hand and never started', () => {
    const ended = { endReason: 'timeout', waiting: [13, 14] } as const;
    expect(
      textOf(renderSweep(reportOf(exampleTrials(12), { ...ended, waiting: [...ended.waiting] }))),
    ).toContain(
      'Trials 13 and 14, added by hand, were never started, since the sweep ended before their turn; extended, it begins with them.',
    );
  });

  it('counts the trials that came to nothing by why, and says where a model collapsed', () => {
    const collapsed = { code: 'equal-scores', message: 'in 9 of 9 test rows items score alike' };
    const trials = [
      ...exampleTrials(4),
      exampleTrial(5, { state: 'failed', value: null, curve: [], error: collapsed }),
      exampleTrial(6, { state: 'failed', value: null, curve: [], error: collapsed }),
      exampleTrial(7, {
        state: 'failed',
        value: null,
        curve: [],
        error: { code: 'oom', message: 'no <memory>' },
      }),
      exampleTrial(8, { state: 'pruned', curve: [{ epoch: 1, value: 9 }], value: 9 }),
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
    const trials = exampleTrials(3).map((trial) => ({ ...trial, parameters: { [`a.${markup}`]: markup } }));
    const page = renderSweep(
      reportOf(trials, { name: markup, description: markup, requestedBy: markup, space, best: null }),
    );
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;');
  });

  it('says where its budget limits nothing, or not all', () => {
    const local = { budgetUsd: 5, tiers: ['local'], uncountedTiers: ['local'] };
    const text = textOf(renderSweep(reportOf(exampleTrials(2), local)));
    expect(text).toContain(
      'The budget of $5.00 limits nothing: compute tier local has no price, so that what runs there counts as $0.00.',
    );
    const some = { budgetUsd: 5, tiers: ['local', 'l4'], uncountedTiers: ['local'] };
    expect(textOf(renderSweep(reportOf(exampleTrials(2), some)))).toContain(
      'The budget of $5.00 does not count what runs on compute tier local, which has no price.',
    );
    const priced = textOf(renderSweep(reportOf(exampleTrials(2), { budgetUsd: 5 })));
    expect(priced).not.toMatch(/no price/);
  });

  it('says what it has nothing to show of, where no trial has a result', () => {
    const text = textOf(renderSweep(reportOf([])));
    expect(text).toContain('No trial has a result');
    expect(text).toContain('All trials : No trial was started yet.');
    expect(text).toContain('The best so far : No trial has a result yet.');
  });

  it('has the best of very many trials, and says that the file has all', () => {
    const page = renderSweep(reportOf(exampleTrials(MOST_TRIALS_SHOWN + 3)));
    expect(textOf(page)).toMatch(/Of 503 trials, the best 500 are here; sweep\.json has all/);
    expect(page).toMatch(/<th scope="row" class="n">5<\/th>/);
    expect(page).not.toMatch(/<th scope="row" class="n">503<\/th>/);
  });
});
