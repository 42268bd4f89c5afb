import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useWasm } from '../../../test/support/training/backend.js';
import { tinyDataset, tinySpec } from '../../../test/support/training/tinyDataset.js';
import { poolsOfTests } from '../../../test/support/training/workerPools.js';
import { evaluationRows } from '../../evaluate/ranks/evaluationRows.js';
import { scoreRows } from '../../evaluate/ranks/scoreSplit.js';
import { inSharedMemory } from '../../model/parameter.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { newOptimizer } from '../optimize/optimizer.js';
import { parallelScoring } from './parallelScoring.js';

beforeAll(useWasm);
// Threads start slowly on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const startPool = poolsOfTests();

const data = tinyDataset();
const spec = tinySpec({ model: { similarity: 'cosine', temperature: 0.2 } });
const rows = evaluationRows(data, 'validation');
/** So few queries at once that a split has many blocks. */
const options = { depth: 10, together: 4 };

async function opened(size: number) {
  const { model, optimizer } = inSharedMemory(() => {
    const made = new TwoTowerModel(data, spec);
    return { model: made, optimizer: newOptimizer(spec.training.optimizer, made.parameters) };
  });
  const pool = await startPool(size, model, optimizer, data);
  return { model, pool, scoring: parallelScoring(model, pool) };
}

describe('an evaluation of several workers', () => {
  it.each([2, 3])('by %i has the loss and the ranks of one, to the last digit, each time', async (size) => {
    const { model, scoring } = await opened(size);
    const alone = await scoreRows(model, rows, options);
    expect(alone.ranks.some((rank) => rank < options.depth)).toBe(true);
    expect(await scoreRows(model, rows, { ...options, scoring })).toEqual(alone);
    model.parameters[0]!.values.fill(0.5);
    const changed = await scoreRows(model, rows, { ...options, scoring });
    expect(changed).toEqual(await scoreRows(model, rows, options));
    expect(changed).not.toEqual(alone);
  });

  it('ends within a block of the wish to stop, and may begin again', async () => {
    const { model, scoring } = await opened(2);
    let blocks = 0;
    const between = async () => {
      if (++blocks === 5) throw new Error('stop');
    };
    await expect(scoreRows(model, rows, { ...options, between, scoring })).rejects.toThrow('stop');
    expect(blocks).toBeLessThanOrEqual(6);
    expect(await scoreRows(model, rows, { ...options, scoring })).toEqual(
      await scoreRows(model, rows, options),
    );
  });

  it('fails where a worker is gone', async () => {
    const { model, pool, scoring } = await opened(2);
    const score = scoreRows(model, rows, { ...options, scoring });
    await pool.threads[1]!.terminate();
    await expect(score).rejects.toThrow(expect.objectContaining({ code: 'worker-lost', retriable: true }));
  });
});
