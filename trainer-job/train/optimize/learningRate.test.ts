import { trainingSchema } from '@trainyard/shared';
import type { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { afterPlateauEpoch, learningRateAt, NO_PLATEAU } from './learningRate.js';
import { optimizerGolden as golden } from '../../../test/support/training/optimizerGolden.js';

type Input = Partial<z.input<typeof trainingSchema>>;

const parsed = (input: Input) =>
  trainingSchema.parse({ optimizer: { type: 'adagrad', learningRate: 0.1 }, ...input });
/** At ten steps an epoch. */
const rates = (input: Input, steps: readonly number[]) =>
  steps.map((step) => learningRateAt(parsed(input), 10, step));

describe('the learning rate', () => {
  it('is that of the optimizer, whatever the batch, unless it is scaled', () => {
    expect(rates({ batchSize: 16_384 }, [0, 99])).toEqual([0.1, 0.1]);
    expect(rates({ batchSize: 16_384, lrScaling: 'sqrt' }, [0])[0]).toBeCloseTo(0.2, 12);
    expect(rates({ batchSize: 16_384, lrScaling: 'linear' }, [0])[0]).toBeCloseTo(0.4, 12);
    const small: Input = { batchSize: 512, accumulateSteps: 2, baseBatchSize: 4096 };
    expect(rates({ ...small, lrScaling: 'linear' }, [0])[0]).toBeCloseTo(0.025, 12);
  });

  it('rises linearly over the steps of the warm-up', () => {
    const warming = rates({ warmupSteps: 4 }, [0, 1, 2, 3, 4, 50]);
    [0.025, 0.05, 0.075, 0.1, 0.1, 0.1].forEach((rate, i) => expect(warming[i]).toBeCloseTo(rate, 12));
  });

  it.each<[string, Input['schedule'], number[]]>([
    ['cosine', { type: 'cosine', epochs: 4, minRate: 0.001 }, golden.schedules.cosine],
    ['exponential', { type: 'exponential', factor: 0.5 }, golden.schedules.exponential],
    ['step', { type: 'step', everyEpochs: 2, factor: 0.1 }, golden.schedules.step],
  ])('follows a %s schedule as in Keras', (_name, schedule, expected) => {
    rates({ schedule }, golden.schedules.steps).forEach((rate, i) => {
      expect(Math.abs(rate - expected[i]!)).toBeLessThan(1e-7);
    });
  });

  it('goes down along a cosine until the last epoch unless told otherwise', () => {
    const input: Input = { epochs: 3, schedule: { type: 'cosine' } };
    expect(rates(input, [15])[0]).toBeCloseTo(0.05, 12);
    expect(rates(input, [30])[0]).toBeCloseTo(0, 12);
  });

  it('goes down where the metric stays on a plateau, and not below its minimum', () => {
    const training = parsed({ schedule: { type: 'plateau', patience: 2, factor: 0.5, minRate: 0.02 } });
    let plateau = NO_PLATEAU;
    const seen = [3, 2, 2, 2, 1, 1.5, 1.5, 1.5, 1.5, 1.5].map((loss, epoch) => {
      plateau = afterPlateauEpoch(plateau, epoch + 1, { val_loss: loss }, training.schedule);
      return learningRateAt(training, 10, 10 * (epoch + 1), plateau);
    });
    expect(seen).toEqual([0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025, 0.02, 0.02]);
  });
});
