import { trainingSpecSchema, type Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { START, testControlPlane } from '../../../test/support/controlPlane.js';
import { EXAMPLE_SPEC, newRun } from '../../../test/support/newRun.js';
import { readRunTable, type TableAsked } from './runTable.js';

const spec = trainingSpecSchema.parse(EXAMPLE_SPEC);
const result = (n: number) => ({
  metrics: { test_recall_at_10: n / 10, test_recall_at_100: n / 100, val_loss: 10 - n, own_figure: n },
  baselines: {},
  artifacts: {},
  epochsTrained: 3,
  bestEpoch: 2,
  earlyStoppedAtEpoch: null,
  backend: 'wasm' as const,
  examplesPerSecond: 10,
});

/** The runs 1 to 6 of the model `demo`. */
async function table(asked: Partial<TableAsked> = {}) {
  const cp = await testControlPlane();
  const runs = Array.from({ length: 6 }, (_, i): Run => {
    const n = i + 1;
    const tags = { team: n % 2 ? 'ads' : 'search', 'cost "centre"': String(n) };
    return newRun(START, {
      runId: `${'abcdef'[i]}`.repeat(20),
      runNumber: n,
      status: 'completed',
      title: n === 4 ? 'The WIDE one' : `run ${n}`,
      spec: { ...spec, training: { ...spec.training, batchSize: 2 ** (n + 3) }, tags },
      result: result(n),
    });
  });
  await cp.put(...runs);
  const model = { modelId: 'demo', lastRunNumber: 6 };
  return readRunTable(cp, model, { offset: 0, limit: 100, ...asked });
}
const numbers = ({ rows }: Awaited<ReturnType<typeof table>>) => rows.map(({ runNumber }) => runNumber);

describe('the table of runs', () => {
  it('has the newest run first, and the metrics that tables of results show', async () => {
    const found = await table();
    expect(found.total).toBe(6);
    expect(numbers(found)).toEqual([6, 5, 4, 3, 2, 1]);
    expect(found.columns.map(({ name }) => name)).toEqual(['test_recall_at_10', 'test_recall_at_100']);
    expect(found.rows[0]).toMatchObject({ name: 'demo#6', tags: { team: 'search' }, values: [0.6, 0.06] });
  });

  it('gives any part of the order, and how many there are in all', async () => {
    const found = await table({ orderBy: 'val_loss desc', offset: 2, limit: 2 });
    expect(numbers(found)).toEqual([3, 4]);
    expect(found).toMatchObject({ total: 6, offset: 2 });
    expect(await table({ offset: 9 })).toMatchObject({ total: 6, rows: [] });
  });

  it('has the columns that were asked for, with nothing where a run has none', async () => {
    const found = await table({ columns: 'params.training.batchSize, tags.team', limit: 1 });
    expect(found.columns.map(({ kind }) => kind)).toEqual(['parameter', 'tag']);
    expect(found.rows[0]?.values).toEqual([512, 'search']);
    expect((await table({ columns: 'test_ndcg_at_10', limit: 1 })).rows[0]?.values).toEqual([null]);
  });

  it('tells names each of which can be asked for as a column and has a value', async () => {
    const { names = [] } = await table({ names: true });
    expect(names).toContain('params.training.batchSize');
    expect(names).toContain('own_figure');
    expect(names).toContain('tags."cost \\"centre\\""');
    for (let first = 0; first < names.length; first += 50) {
      const asked = names.slice(first, first + 50);
      const { columns, rows } = await table({ columns: asked.join(', ') });
      expect(columns.map((column) => column.asked)).toEqual(asked);
      expect(asked.filter((_, i) => rows.every(({ values }) => values[i] === undefined))).toEqual([]);
    }
  });

  it.each([
    ['a title, in any case', 'wide', [4]],
    ['a name', 'demo#2', [2]],
    ['a tag', 'team=ads', [5, 3, 1]],
    ['nothing', 'zebra', []],
  ])('finds by %s', async (_what, search, expected) => {
    expect(numbers(await table({ search }))).toEqual(expected);
  });

  it.each([
    [
      'that no run has',
      'test_recall_at_10, params.training.batchsize',
      'did you mean params.training.batchSize?',
    ],
    ['with a direction', 'test_recall_at_10 desc', 'without a direction'],
    ['that cannot be read', 'test_recall_at_10,', 'at its end'],
    ['beyond the most', Array.from({ length: 51 }, () => 'usd').join(','), 'at most 50'],
  ])('refuses columns %s, at their place', async (_what, columns, words) => {
    await expect(table({ columns })).rejects.toThrow(words);
  });
});
