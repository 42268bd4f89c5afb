import { describe, expect, it } from 'vitest';
import { RESULT } from '../../test/support/callbacks.js';
import { runView } from '../../test/support/runView.js';
import { resultVerdict } from './resultVerdict.js';

const LEADING = 'test_recall_at_100';
const baselines = { popularity: { [LEADING]: 0.1 } };
const of = (metrics: Record<string, number>, verdict?: typeof RESULT.verdict) =>
  resultVerdict(runView(), { ...RESULT, metrics, baselines, verdict });

describe('the verdict of a result', () => {
  it('is that of its trainer, else by the figures', () => {
    const own = { decision: 'hold', sentence: 'So it is.', reasons: [] } as const;
    expect(of({ [LEADING]: 0.2 }, { ...own, reasons: [] })).toEqual(own);
    expect(of({ [LEADING]: 0.2 })).toMatchObject({
      decision: 'ship',
      sentence: expect.stringMatching(/100\.0 % above/),
    });
  });

  it('says which metric is missing, and not that nothing was measured', () => {
    expect(of({ test_recall_at_10: 0.2 })).toEqual({
      decision: 'unsure',
      sentence:
        'Nobody can tell yet: the trainer sent no verdict, and its result has no recall@100 to tell by.',
      reasons: [],
    });
  });
});
