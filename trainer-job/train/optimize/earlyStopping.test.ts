import { describe, expect, it } from 'vitest';
import { afterEpoch, bestOnResuming, NONE_SO_FAR } from './earlyStopping.js';

const monitored = { monitor: 'val_recall_at_10', patience: 3, minDelta: 0 };
const recall = (value: number) => ({ val_recall_at_10: value, val_loss: 5 });

describe('early stopping', () => {
  const alike = afterEpoch(NONE_SO_FAR, 1, recall(1), monitored, true);

  it('keeps an epoch whose items score alike only for want of another, and waits', () => {
    expect(alike).toEqual({ bestEpoch: 1, bestValue: null, epochsSinceBest: 1 });
    const second = afterEpoch(alike, 2, recall(0.2), monitored);
    expect(second).toEqual({ bestEpoch: 2, bestValue: 0.2, epochsSinceBest: 0 });
    expect(afterEpoch(second, 3, recall(1), monitored, true)).toEqual({ ...second, epochsSinceBest: 1 });
  });

  it('goes on from such an epoch as it was', () => {
    const history = [{ epoch: 1, metrics: recall(1) }];
    expect(bestOnResuming({ best: alike, history, step: 0 }, monitored)).toEqual(alike);
  });

  it('takes a loss for what it is, whatever the ranks', () => {
    const loss = { ...monitored, monitor: 'val_loss' };
    expect(afterEpoch(NONE_SO_FAR, 1, recall(1), loss, true)).toMatchObject({ bestEpoch: 1, bestValue: 5 });
  });
});
