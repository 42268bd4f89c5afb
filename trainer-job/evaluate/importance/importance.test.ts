import { describe, expect, it } from 'vitest';
import { useWasm } from '../../../test/support/training/backend.js';
import { shopDataset, shopSpec } from '../../../test/support/training/shopDataset.js';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { evaluateModel } from '../evaluateModel.js';
import { permutedRows } from './permutedModel.js';

const spec = shopSpec({ evaluation: { k: [5], bootstrapDraws: 200 } });

/** A model that sees nothing of a feature but of these: the embeddings of the others are 0. */
function modelThatSees(data: EncodedDataset, seen: readonly string[]): TwoTowerModel {
  const model = new TwoTowerModel(data, spec);
  for (const { name, values } of [...model.query.embeddings, ...model.candidate.embeddings]) {
    const [, , feature] = name.split('/');
    if (!seen.includes(feature!)) values.fill(0);
  }
  return model;
}

async function importanceOf(seen: readonly string[], data = shopDataset()) {
  await useWasm();
  const { findings } = await evaluateModel({ model: modelThatSees(data, seen), data, spec });
  return findings.importance[0]!;
}

describe('the importance of features', () => {
  it('is 0 for what the model does not see, and above for what it goes by', async () => {
    const { features, metric, value, rows } = await importanceOf(['item']);
    expect(features.map(({ feature }) => feature).toSorted()).toEqual(
      ['age', 'category', 'city', 'day', 'item', 'member', 'price', 'productMetadata', 'user'].toSorted(),
    );
    for (const { feature, loss, interval } of features) {
      if (!['user', 'city', 'age', 'category'].includes(feature)) continue;
      expect({ loss, interval }).toEqual({ loss: 0, interval: null });
    }
    expect([metric, rows]).toEqual(['test_recall_at_5', 600]);
    expect(value).toBeGreaterThanOrEqual(0);
  });

  it('is the same every time, in the order of what is lost', async () => {
    const found = await importanceOf(['user', 'city', 'item', 'category']);
    expect(await importanceOf(['user', 'city', 'item', 'category'])).toEqual(found);
    const losses = found.features.map(({ loss }) => loss);
    expect(losses).toEqual(losses.toSorted((a, b) => b - a));
  });

  it('is measured on no more users than are asked for, which is said', async () => {
    await useWasm();
    const data = shopDataset();
    const few = shopSpec({ evaluation: { k: [5], bootstrapDraws: 200, importanceUsers: 12 } });
    const { findings } = await evaluateModel({ model: new TwoTowerModel(data, few), data, spec: few });
    expect(findings.importance[0]!.rows).toBeLessThan(findings.measured.rows / 3);
    expect(findings.leftOut).toContainEqual(
      expect.objectContaining({ remedy: 'raise evaluation.importanceUsers' }),
    );
    const none = shopSpec({ evaluation: { k: [5], importanceUsers: 0 } });
    const without = await evaluateModel({ model: new TwoTowerModel(data, none), data, spec: none });
    expect(without.findings.importance).toEqual([]);
    expect(without.findings.leftOut).toContainEqual(
      expect.objectContaining({ why: 'evaluation.importanceUsers is 0' }),
    );
  });
});

describe('permuted rows', () => {
  it('have the columns of these features from their donors, and all else of their own', () => {
    const { query } = shopDataset();
    const names = query.features.map(({ name }) => name);
    const features = [names.indexOf('city'), names.indexOf('day')];
    const entities = Int32Array.of(3, 90);
    const donors = new Map([
      [3, 90],
      [90, 4],
    ]);
    const rows = permutedRows(query, { tower: 'query', features, donors }, entities);
    const [own, others] = [query.rows(entities), query.rows(Int32Array.of(90, 4))];
    // The indices are of user, city and age; the numbers are of member, and sine and cosine of the day.
    const indices = [0, 3].flatMap((row) => [
      own.indices[row]!,
      others.indices[row + 1]!,
      own.indices[row + 2]!,
    ]);
    const numbers = [0, 3].flatMap((row) => [own.numbers[row]!, ...others.numbers.slice(row + 1, row + 3)]);
    expect(Array.from(rows.indices)).toEqual(indices);
    expect(Array.from(rows.numbers)).toEqual(numbers);
  });
});
