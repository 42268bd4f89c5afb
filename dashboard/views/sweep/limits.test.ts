import { describe, expect, it } from 'vitest';
import { limitsGiven, proposedLimits } from './limits.js';

const sweep = { maxTrials: 30, maxParallel: 2, timeoutSeconds: 600, budgetUsd: 5, maxFailures: 10 };

describe('the limits that are proposed to extend a sweep', () => {
  it.each([
    ['maxTrials', { maxTrials: 60 }],
    [null, { maxTrials: 60 }],
    ['timeout', { timeoutSeconds: 600 }],
    ['budget', { budgetUsd: 10 }],
    ['failures', { maxFailures: 20 }],
  ] as const)('raise what it ended by (%s), and nothing else is sent', (endReason, given) => {
    expect(limitsGiven(sweep, proposedLimits({ ...sweep, endReason }))).toEqual(given);
  });

  it('are sent as they were typed: a budget that is taken away, and what is no number', () => {
    const texts = { ...proposedLimits({ ...sweep, endReason: 'budget' }), budgetUsd: '', maxParallel: 'two' };
    expect(limitsGiven({ ...sweep, endReason: 'budget' }, texts)).toEqual({
      budgetUsd: null,
      maxParallel: 'two',
    });
  });
});
