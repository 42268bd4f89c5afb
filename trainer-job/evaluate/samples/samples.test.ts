import { describe, beforeAll, expect, it } from 'vitest';
import { useWasm } from '../../../test/support/training/backend.js';
import { shopDataset, shopRow, shopSpec } from '../../../test/support/training/shopDataset.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { evaluateModel } from '../evaluateModel.js';

beforeAll(useWasm);

/** Of `u7` or `i7`. */
const numberOf = (id: string) => Number(id.slice(1));

describe('the lists of single users', () => {
  it.each(['tfrs', 'perUser'] as const)(
    'are what the model finds best for ten users, beside what each took: %s',
    async (protocol) => {
      const data = shopDataset();
      const spec = shopSpec({ evaluation: { protocol, k: [5] } });
      const model = new TwoTowerModel(data, spec);
      const { samples } = (await evaluateModel({ model, data, spec })).findings;
      const items = model.embed(
        'candidate',
        Int32Array.from(data.candidate.ids, (_, item) => item),
      );
      expect(samples).toHaveLength(10);
      expect(new Set(samples.map(({ user }) => user)).size).toBe(10);
      const rowsOf = (split: 'train' | 'test', user: number) => {
        const { query, item } = data.splits[split];
        return Array.from(item, (one, row) => shopRow(query[row]!, one)).filter((row) => row.user === user);
      };
      const itemsOf = (split: 'train' | 'test', user: number) => [
        ...new Set(rowsOf(split, user).map(({ item }) => item)),
      ];
      for (const { user, features, recommended, taken } of samples) {
        const id = numberOf(user);
        const had = protocol === 'tfrs' ? [] : itemsOf('train', id);
        const answers = itemsOf('test', id).filter((item) => item !== 0 && !had.includes(item));
        expect(taken.map(({ item }) => numberOf(item))).toEqual(answers);
        const first = data.splits.test.query.find(
          (query, row) => shopRow(query, 1).user === id && answers.includes(data.splits.test.item[row]!),
        )!;
        expect(features).toMatchObject({ city: shopRow(first, 1).city });
        const asked = model.embed('query', Int32Array.of(first));
        const scores = Array.from(data.candidate.ids, (_, item) =>
          asked.reduce((sum, value, c) => sum + value * items[item * model.width + c]!, 0),
        );
        const best = Array.from({ length: data.candidate.entities - 1 }, (_, i) => i + 1)
          .filter((item) => !had.includes(item))
          .toSorted((a, b) => scores[b]! - scores[a]!)
          .slice(0, 10);
        expect(recommended.map(({ item }) => numberOf(item))).toEqual(best);
        for (const [i, { score: told, label, isHit }] of recommended.entries()) {
          expect(told).toBeCloseTo(scores[best[i]!]!, 5);
          expect(label).toBe(shopRow(first, best[i]!).category);
          expect(isHit).toBe(answers.includes(best[i]!));
        }
        for (const { item, score: told, isHit } of taken)
          expect({ told, isHit }).toEqual({ told: null, isHit: best.includes(numberOf(item)) });
      }
    },
  );
});
