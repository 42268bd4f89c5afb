import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useWasm } from '../../../../test/support/training/backend.js';
import { tinyDataset, tinySpec } from '../../../../test/support/training/tinyDataset.js';
import { poolsOfTests } from '../../../../test/support/training/workerPools.js';
import { inSharedMemory } from '../../../model/parameter.js';
import { TwoTowerModel } from '../../../model/twoTowerModel.js';
import { newOptimizer, type Optimizer } from '../optimizer.js';
import { optimizerStep } from '../../loop/optimizerStep.js';
import { PhaseClock } from '../../batch/phaseClock.js';
import { parallelStep } from '../../workers/parallelStep.js';

beforeAll(useWasm);
// Threads start slowly on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const startPool = poolsOfTests();

const data = tinyDataset();
const RATE = 0.05;
/** Few rows a step: most embeddings are left out for several steps, and lose a fifth of what they are meanwhile. */
const spec = tinySpec({
  training: {
    batchSize: 8,
    optimizer: { type: 'adamw', learningRate: RATE, weightDecay: 0.9 },
    negatives: { type: 'sampled', count: 4 },
    embeddingL2: 0.1,
  },
});

async function weightsAfter(
  steps: number,
  { workers = 1, afterStep = () => {} }: { workers?: number; afterStep?: (optimizer: Optimizer) => void },
): Promise<number[]> {
  const { model, optimizer } = inSharedMemory(() => {
    const made = new TwoTowerModel(data, spec);
    return { model: made, optimizer: newOptimizer(spec.training.optimizer, made.parameters) };
  });
  const { train } = data.splits;
  const pool = workers > 1 ? await startPool(workers, model, optimizer, data) : undefined;
  const computer = pool && parallelStep(model, optimizer, train, pool, new PhaseClock());
  const step = optimizerStep(model, optimizer, train, { computer });
  for (let number = 0; number < steps; number++) {
    const rows = Int32Array.from({ length: 8 }, (_, i) => (number * 8 + i) % train.count);
    await step(rows, { epoch: 0, step: number }, RATE);
    afterStep(optimizer);
  }
  optimizer.settle();
  return model.parameters.flatMap(({ values }) => Array.from(values));
}

function expectClose(found: readonly number[], wanted: readonly number[]): void {
  const off = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0);
  expect(off).toBeLessThan(1e-4);
}

describe('a step of AdamW', () => {
  it('sees rows that steps have left out as decayed as if each step had changed them', async () => {
    const stepByStep = await weightsAfter(40, { afterStep: (optimizer) => optimizer.settle() });
    expectClose(await weightsAfter(40, {}), stepByStep);
  });

  it('sees them so in every worker', async () => {
    expectClose(await weightsAfter(20, { workers: 2 }), await weightsAfter(20, {}));
  });

  it('that would leave nothing of a weight is refused, with what to lower', () => {
    const model = new TwoTowerModel(data, spec);
    const optimizer = newOptimizer(spec.training.optimizer, model.parameters);
    const before = model.parameters.map(({ values }) => Array.from(values));
    expect(() => optimizer.apply([], 1 / 0.9)).toThrow(
      expect.objectContaining({ code: 'invalid-spec', retriable: false }),
    );
    expect(model.parameters.map(({ values }) => Array.from(values))).toEqual(before);
  });
});
