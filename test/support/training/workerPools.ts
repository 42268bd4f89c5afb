import { afterEach } from 'vitest';
import type { EncodedDataset } from '../../../trainer-job/data/encodedDataset.js';
import type { TwoTowerModel } from '../../../trainer-job/model/twoTowerModel.js';
import type { Optimizer } from '../../../trainer-job/train/optimize/optimizer.js';
import { WorkerPool } from '../../../trainer-job/train/workers/workerPool.js';

/** Starts pools as `WorkerPool.start` does; each is closed when the test that started it is over. */
export function poolsOfTests(): typeof WorkerPool.start {
  const pools: WorkerPool[] = [];
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
  });
  return async (size: number, model: TwoTowerModel, optimizer: Optimizer, data: EncodedDataset) => {
    const pool = await WorkerPool.start(size, model, optimizer, data);
    pools.push(pool);
    return pool;
  };
}
