import { runSchema, type Run, type RunWarning, type Sweep, type Trial } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { endedRun } from '../../test/support/endedRun.js';
import { newTrial } from './newTrial.js';
import { curveOf, endedTrial } from './outcome.js';

const RECALL = 'recall_at_100';
const OPEN: Trial = {
  ...newTrial(
    { sweepId: 'q5w2kzt7mbx3hvac4ndy', round: 1 },
    { number: 3, parameters: { 'training.batchSize': 512 }, decision: null },
    new Date('2026-01-01T00:00:00.000Z'),
  ),
  runId: 'abcdefghijklmnopqrst',
};
const EPOCHS = [{ epoch: 1, metrics: { [RECALL]: 1, val_loss: 5 } }];

function after(metric: string, warnings: RunWarning[]): Trial {
  const base = endedRun('completed');
  const run: Run = runSchema.parse({
    ...base,
    result: base.result && { ...base.result, metrics: { ...base.result.metrics, [RECALL]: 1 } },
    warnings: warnings.map((warning) => ({ ...warning, stage: 'evaluate' })),
  });
  const direction: Sweep['objective']['direction'] = metric === RECALL ? 'maximize' : 'minimize';
  return endedTrial({ objective: { metric, direction }, cancelRequestedAt: null }, OPEN, run, EPOCHS);
}

/** As the trainer says it of a model that scores items alike in so many of fifty rows. */
const alike = (byTies: number): RunWarning => ({
  code: 'equal-scores',
  message: 'items share scores',
  remedy: null,
  counts: { looked: 50, equal: byTies, byTies },
});

describe('a trial whose model scores all items alike', () => {
  it('has failed, for its recall counts each right item as the first of all, and no other falls behind its curve', () => {
    expect(after(RECALL, [alike(50)])).toMatchObject({
      state: 'failed',
      value: null,
      curve: [],
      error: {
        code: 'equal-scores',
        message:
          'in 50 of 50 test rows that were looked at, items score alike and the right one counts as the first of them, so that recall_at_100 says nothing of the model',
      },
    });
  });

  it('is as good as its loss says, where the loss decides', () => {
    expect(after('val_loss', [alike(50)])).toMatchObject({ state: 'completed', value: 5.5, error: null });
  });

  it('is no such trial where few items score alike', () => {
    const { state, value, curve } = after(RECALL, [alike(1)]);
    expect({ state, value, curve }).toEqual({
      state: 'completed',
      value: 1,
      curve: [{ epoch: 1, value: 1 }],
    });
    expect(after(RECALL, [])).toMatchObject({ state: 'completed', value: 1 });
  });

  it('has no point on its curve while it runs, so that no other falls behind it, unless the loss decides', () => {
    const epochs = [
      { epoch: 1, metrics: { [RECALL]: 1, val_loss: 5 }, byTies: true as const },
      { epoch: 2, metrics: { [RECALL]: 0.2, val_loss: 4 } },
    ];
    expect(curveOf(epochs, RECALL)).toEqual([{ epoch: 2, value: 0.2 }]);
    expect(curveOf(epochs, 'val_loss')).toEqual([
      { epoch: 1, value: 5 },
      { epoch: 2, value: 4 },
    ]);
  });
});
