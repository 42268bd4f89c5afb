import type { InSweep } from '@trainyard/shared';
import { html } from '@trainyard/shared/page/html';
import { describe, expect, it } from 'vitest';
import { sampleReport } from '../../../test/support/evaluation/sampleReport.js';
import { openCharts } from '../charts/charts.js';
import { sweep } from './sweep.js';

const TRIAL: InSweep = {
  sweepId: 'q5w2kzt7mbx3hvac4ndy',
  name: '<b>rates</b>',
  role: 'trial',
  trial: 7,
  maxTrials: 30,
  metric: 'val_loss',
  results: 6,
  best: { trial: 3, value: 1000 },
  changes: [{ key: 'training.batchSize', before: '4096', after: '1024' }],
  moreChanges: 0,
};

async function shown(parts: Partial<InSweep> | null): Promise<{ page: string; text: string }> {
  const report = sampleReport();
  const { provenance } = report;
  if (!provenance) throw new Error('the sample has a provenance');
  const inSweep = parts && { ...TRIAL, ...parts };
  const told = { ...report, provenance: { ...provenance, inSweep } };
  const page = html`${sweep.content({ report: told, charts: await openCharts() }) ?? ''}`.text;
  return { page, text: page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ') };
}

describe('the section of a report on the sweep', () => {
  it('says which trial it is, its place so far, and what differs from before the sweep', async () => {
    const { page, text } = await shown({});
    expect(text).toContain('trial 7 of up to 30');
    expect(text).toMatch(/the best of 6 trials with a result was trial 3, with val_loss 1000/);
    expect(text).toContain('training.batchSize 4096 1024');
    expect(page).toContain('&lt;b&gt;rates&lt;/b&gt;');
    expect(text).toContain('trainyard sweep show q5w2kzt7mbx3hvac4ndy');
  });

  it('says of a final run which trial it retrains, and of a baseline that it is held against that', async () => {
    const final = await shown({ role: 'final', trial: 3 });
    expect(final.text).toMatch(
      /retrains trial 3, the best .* the best of 6 trials with a result, with val_loss/,
    );
    const baseline = await shown({ role: 'baseline', trial: null, changes: [] });
    expect(baseline.text).toContain('what was before the sweep');
    expect(baseline.text).toContain('Its settings are those that the sweep began with');
  });

  it('is not there for a run of no sweep', async () => {
    expect((await shown(null)).text).toBe('');
  });
});
