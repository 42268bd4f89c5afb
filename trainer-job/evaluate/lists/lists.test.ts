import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useWasm } from '../../../test/support/training/backend.js';
import { tinyDataset, tinySpec } from '../../../test/support/training/tinyDataset.js';
import { catalogue } from '../../model/catalogue.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { evaluateModel } from '../evaluateModel.js';
import { evaluationRows } from '../ranks/evaluationRows.js';
import { listMetrics } from './listMetrics.js';
import { listsOfUsers } from './listsOfUsers.js';
import { topLists, type Lists } from './topLists.js';

beforeAll(useWasm);

const WIDTH = 3;

/** Coarse, so that scores are exact and many are equal. */
const part = fc.integer({ min: -2, max: 2 });

describe('the list of a user', () => {
  it('is of the best items that are not left out, equal ones in the order of the catalogue', async () => {
    const catalogues = fc.array(fc.tuple(part, part, part), { minLength: 1, maxLength: 25 });
    const users = fc.array(
      fc.record({
        vector: fc.tuple(part, part, part),
        without: fc.uniqueArray(fc.integer({ min: 1, max: 25 })),
      }),
      { minLength: 1, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(catalogues, users, fc.integer({ min: 1, max: 8 }), async (items, asked, size) => {
        const left = asked.map(({ without }) => without.filter((item) => item <= items.length));
        const start = Int32Array.from({ length: left.length + 1 }, (_, q) => left.slice(0, q).flat().length);
        const found = await topLists(
          {
            width: WIDTH,
            embed: (_, entities) => Float32Array.from(Array.from(entities, (q) => asked[q]!.vector).flat()),
            spec: { training: { ...tinySpec().training, scoreMegabytes: 0.0001 } },
          },
          Float32Array.from(items.flat()),
          {
            queries: Int32Array.from(asked.keys()),
            excluded: { start, items: Int32Array.from(left.flat()) },
          },
          { size, between: async () => {} },
        );
        const expected = asked.map(({ vector }, q) => {
          const score = (item: number) => items[item - 1]!.reduce((sum, v, c) => sum + v * vector[c]!, 0);
          return Array.from(items.keys(), (i) => i + 1)
            .filter((item) => !left[q]!.includes(item))
            .toSorted((a, b) => score(b) - score(a) || a - b)
            .slice(0, size);
        });
        expect(asked.map((_, q) => [...found.items.subarray(found.start[q], found.start[q + 1])])).toEqual(
          expected,
        );
      }),
      { numRuns: 200 },
    );
  });
});

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** By the definitions, pair by pair and item by item. */
function plainly(
  lists: readonly number[][],
  k: number,
  { counts, histories, vectors }: { counts: number[]; histories: number[]; vectors: number[][] },
): Record<string, number> {
  const shown = lists.map((list) => list.slice(0, k));
  const items = vectors.length;
  const times = Array.from({ length: items }, (_, i) => shown.flat().filter((item) => item === i + 1).length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const listed = shown
    .map((list, q) => ({ list, history: histories[q]! }))
    .filter(({ list }) => list.length > 0);
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, c) => sum + value * b[c]!, 0);
  const cosine = (a: number[], b: number[]) => {
    const size = Math.sqrt(dot(a, a) * dot(b, b));
    return size > 0 ? dot(a, b) / size : 0;
  };
  const pairs = shown
    .filter((list) => list.length > 1)
    .map((list) =>
      mean(list.flatMap((a, i) => list.slice(i + 1).map((b) => cosine(vectors[a - 1]!, vectors[b - 1]!)))),
    );
  // Gini as the mean difference of all pairs of items, over twice the mean.
  const differences = times.flatMap((a) => times.map((b) => Math.abs(a - b)));
  const found: Record<string, number | undefined> = {
    coverage: times.filter((count) => count > 0).length / items,
    gini: listed.length > 0 ? mean(differences) / (2 * mean(times)) : undefined,
    novelty:
      listed.length > 0
        ? mean(listed.map(({ list }) => mean(list.map((item) => -Math.log2(counts[item]! / total)))))
        : undefined,
    popularity_lift:
      listed.length > 0
        ? mean(listed.map(({ list }) => mean(list.map((item) => counts[item]!)))) /
            mean(listed.map(({ history }) => history)) -
          1
        : undefined,
    list_similarity: pairs.length > 0 ? mean(pairs) : undefined,
  };
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, value]) =>
      value === undefined ? [] : [[`test_${name}_at_${k}`, value]],
    ),
  );
}

describe('metrics of lists', () => {
  const cases = fc.integer({ min: 1, max: 12 }).chain((items) =>
    fc.record({
      lists: fc.array(fc.uniqueArray(fc.integer({ min: 1, max: items }), { maxLength: 6 }), {
        minLength: 1,
        maxLength: 8,
      }),
      counts: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: items, maxLength: items }),
      vectors: fc.array(fc.array(part, { minLength: WIDTH, maxLength: WIDTH }), {
        minLength: items,
        maxLength: items,
      }),
      k: fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 4 }),
    }),
  );

  it('equal the definitions pair by pair: short and empty lists, vectors of zeros, single items', () => {
    fc.assert(
      fc.property(cases, ({ lists, counts: sold, vectors, k }) => {
        const counts = [0, ...sold];
        const histories = lists.map((_, q) => 1 + q);
        const start = Int32Array.from(
          { length: lists.length + 1 },
          (_, q) => lists.slice(0, q).flat().length,
        );
        const given: Lists = { start, items: Int32Array.from(lists.flat()) };
        const found = listMetrics(given, k, {
          items: vectors.length,
          counts: Int32Array.from(counts),
          historyCounts: Float64Array.from(histories),
          vectors: Float32Array.from(vectors.flat()),
          width: WIDTH,
        });
        const expected = Object.assign(
          {},
          ...k.map((at) => plainly(lists, at, { counts, histories, vectors })),
        ) as Record<string, number>;
        expect(Object.keys(found).toSorted()).toEqual(Object.keys(expected).toSorted());
        for (const [name, value] of Object.entries(expected)) {
          expect(Math.abs(found[name]! - value)).toBeLessThan(1e-9);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('are of each test user once, the same each time, and stand in the findings and among the metrics', async () => {
    const data = tinyDataset();
    const spec = tinySpec({ evaluation: { protocol: 'perUser', k: [1, 5] } });
    const model = new TwoTowerModel(data, spec);
    const between = async () => {};
    const itemVectors = model.embed('candidate', catalogue(data.candidate.entities));
    const ranked = { rows: evaluationRows(data, 'test'), itemVectors };
    const found = await listsOfUsers({ model, data, spec, between }, ranked);
    expect(found).toMatchObject({ users: 60, among: 60 });
    expect(await listsOfUsers({ model, data, spec, between }, ranked)).toEqual(found);
    const { metrics, findings } = await evaluateModel({ model, data, spec });
    expect(findings.lists).toMatchObject([{ of: 'model' }]);
    const [lists] = findings.lists;
    expect(lists!.metrics.map(({ name }) => name)).toContain('test_coverage_at_5');
    expect(lists!.metrics.map(({ name }) => name)).not.toContain('test_list_similarity_at_1');
    for (const { name, value } of lists!.metrics) expect(metrics[name]).toBe(value);
  });

  it('have no novelty where they hold items that no training row has, which is said', async () => {
    const data = tinyDataset();
    const { train } = data.splits;
    const item = train.item.map((id) => (id === 3 ? 4 : id));
    const unseen = { ...data, splits: { ...data.splits, train: { ...train, item } } };
    const spec = tinySpec({ evaluation: { k: [1, data.candidate.entities - 1] } });
    const { metrics, findings } = await evaluateModel({
      model: new TwoTowerModel(unseen, spec),
      data: unseen,
      spec,
    });
    const all = data.candidate.entities - 1;
    expect(metrics).not.toHaveProperty(`test_novelty_at_${all}`);
    expect(findings.leftOut).toContainEqual({
      what: `the novelty of lists of ${all}`,
      why: 'they hold items that no training row has, whose novelty has no bound',
      remedy: expect.stringContaining('dataset.vocabularies') as string,
    });
  });
});
