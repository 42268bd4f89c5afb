import { beforeAll, describe, expect, it } from 'vitest';
import { useWasm } from '../../../test/support/training/backend.js';
import { ratedDataset, ratedSpec } from '../../../test/support/training/ratedDataset.js';
import { tinySpec } from '../../../test/support/training/tinyDataset.js';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { trainingStep } from '../batch/trainingStep.js';

beforeAll(useWasm);

const ROWS = Array.from({ length: 60 }, (_, row) => row);
const TIMES = ROWS.map((row) => row % 4);

function step(data: EncodedDataset, type: 'retrieval' | 'ranking' | 'hybrid', batch: number[]) {
  const training = { negatives: { type: 'catalogue' as const } };
  const spec = type === 'retrieval' ? tinySpec({ training }) : ratedSpec({ type }, training);
  const model = new TwoTowerModel(data, spec);
  return trainingStep(model, data.splits.train)(Int32Array.from(batch), { epoch: 0, step: 0 });
}

function weighted(data: EncodedDataset, weight: Float32Array): EncodedDataset {
  return { ...data, splits: { ...data.splits, train: { ...data.splits.train, weight } } };
}

/** Each parameter's gradient by the row of its table: what is 0 may be left out. */
function gradientsOf({ gradients }: ReturnType<typeof step>): Map<string, number> {
  const found = new Map<string, number>();
  for (const { parameter, values, rows } of gradients) {
    const width = rows ? values.length / rows.length : values.length;
    values.forEach((value, i) => {
      const at = rows ? `${rows[Math.floor(i / width)]} ${i % width}` : `${i}`;
      if (Math.abs(value) > 1e-6) found.set(`${parameter.name} ${at}`, value);
    });
  }
  return found;
}

describe.each(['retrieval', 'ranking', 'hybrid'] as const)('a %s model', (type) => {
  it('learns from a row of weight 3 as from three such rows, and nothing from one of weight 0', () => {
    const data = ratedDataset();
    const weights = new Float32Array(data.splits.train.count);
    ROWS.forEach((row) => (weights[row] = TIMES[row]!));
    const byWeight = step(weighted(data, weights), type, ROWS);
    const byRows = step(
      data,
      type,
      ROWS.flatMap((row) => Array.from({ length: TIMES[row]! }, () => row)),
    );
    expect(byWeight.loss).toBeCloseTo(byRows.loss, 2);
    const [one, other] = [gradientsOf(byWeight), gradientsOf(byRows)];
    expect([...one.keys()].toSorted()).toEqual([...other.keys()].toSorted());
    for (const [name, value] of one) expect(value).toBeCloseTo(other.get(name)!, 4);
  });
});
