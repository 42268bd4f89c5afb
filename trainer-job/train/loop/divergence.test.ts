import { expect, it } from 'vitest';
import { tinyDataset, tinySpec } from '../../../test/support/training/tinyDataset.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { divergence, LossWatch } from './divergence.js';

const what = { name: 'loss', value: NaN, when: 'epoch 2, step 7', lastLoss: 3.25, rate: 0.5 };

it('names the parameter that holds what is no number, the last loss and what to change', () => {
  const model = new TwoTowerModel(tinyDataset(), tinySpec());
  model.query.parameters[0]!.values[3] = Infinity;
  const { message, remedy } = divergence(model, what);
  expect(message).toBe(
    'the loss became NaN in epoch 2, step 7: the training diverged; the last loss was 3.250 a row; ' +
      'query/embedding/user holds what is no number',
  );
  expect(remedy).toMatch(/it was 0\.500 at that step.*warmupSteps.*clipping/);
});

it('names the largest weight where all are numbers', () => {
  const model = new TwoTowerModel(tinyDataset(), tinySpec());
  model.candidate.parameters[0]!.values[3] = -1e20;
  expect(divergence(model, what).message).toMatch(
    /the largest weight is 1\.00e\+20, in candidate\/embedding\/item$/,
  );
});

it('warns once an epoch of a loss that rises to twice what it was, and not of one that jumps', () => {
  const warnings: string[] = [];
  const watch = new LossWatch((message) => warnings.push(message));
  for (let step = 0; step < 100; step++) watch.see(step % 10 === 0 ? 3 : 2, 0);
  expect(warnings).toEqual([]);
  for (let step = 0; step < 100; step++) watch.see(2 + step / 10, 1);
  expect(warnings).toEqual([
    expect.stringMatching(/^the loss rises: 4\.\d+ a row in epoch 2, after 2\.0\d+/),
  ]);
  for (let step = 0; step < 100; step++) watch.see(12, 2);
  expect(warnings).toHaveLength(2);
});
