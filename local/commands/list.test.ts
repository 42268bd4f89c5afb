import { describe, expect, it } from 'vitest';
import { runView } from '../../test/support/runView.js';
import { runLines } from './list.js';

const runs = [
  runView({ latestMetrics: { val_loss: 4.5, loss: 4.25 } }),
  runView({ runNumber: 2, name: 'shop#2' }),
];

describe('a list of runs', () => {
  it('has a column of the metric that it is ordered by', () => {
    const [head, first, second] = runLines(runs, 200, 'metrics.val_loss desc, createdAt');
    expect(head).toMatch(/^run +status +epochs +recall@100 +val_loss +warnings /);
    expect(first).toMatch(/^shop#3 +running +2\/6 +\S+ +4\.5000 /);
    expect(second).toMatch(/^shop#2 +running +2\/6 +\S+ +– /);
  });

  it.each(['', 'createdAt desc', 'val_rmse'])(
    'has no other column where it is ordered by "%s"',
    (orderBy) => {
      expect(runLines(runs, 200, orderBy)[0]).toMatch(/^run +status +epochs +recall@100 +warnings /);
    },
  );
});
