import { checkGates } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { sampleReport } from '../../../test/support/evaluation/sampleReport.js';
import { modelCard } from './modelCard.js';

describe('the caveats of a model card', () => {
  it('say which gate is missed, on what, by how much or why, and whether it is critical', () => {
    const metric = 'test_recall_at_10';
    const slice = { by: 'city', value: 'Graz' };
    const gates = checkGates(
      [
        { metric, atLeast: 0.9 },
        { metric, slice, atLeast: 0.2, critical: false },
        { metric: 'data_psi', atMost: 0.2 },
        { metric, atLeast: 0.1 },
      ],
      { metrics: { [metric]: 0.5 }, baselines: {} },
    );
    const card = modelCard(sampleReport({ gates }));
    const caveats = /## Caveats\n\n(.*?)\n\n/s.exec(card)![1]!.split('\n');
    expect(caveats.filter((line) => line.includes('gate'))).toEqual([
      '- The gate on test recall@10 is missed: it is 0.5, below 0.9.',
      '- The gate on test recall@10 where city is Graz, which is not critical, is missed: there is no value: the result has no such metric.',
      '- The gate on data psi is missed: there is no value: the result has no such metric.',
    ]);
  });
});
