import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeatureValues } from '@trainyard/recommender/encode/value';
import { trainingSpecSchema, type TrainingSpecInput } from '@trainyard/shared';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepared, offline, writeLines } from '../../test/support/data/prepared.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { useWasm } from '../../test/support/training/backend.js';
import { exportedModel } from '../../test/support/training/exportedModel.js';
import { evaluateModel } from '../evaluate/evaluateModel.js';
import { isOpen, type Production } from '../evaluate/production/production.js';
import { productionRanker } from '../evaluate/production/productionRanker.js';
import { evaluationRows, rowsProtocol } from '../evaluate/ranks/evaluationRows.js';
import { TwoTowerModel } from '../model/twoTowerModel.js';
import { productionOfFlag } from '../settings/settings.js';
import { StopSignal } from '../stopSignal.js';
import type { Attempt } from './attempt.js';
import { openProduction } from './openProduction.js';

beforeAll(useWasm);

const USERS = 7;
const ITEMS = 60;
/** The new data have items up to 59, the version that serves those up to 47 and two that are gone. */
const SERVED = [...Array.from({ length: 48 }, (_, i) => i), 100, 101];
const isMissing = (id: unknown) => Number(id) > 47;
const PARTS = ['train', 'validation', 'test'] as const;

interface Row {
  user: string;
  city: string | null;
  item: number;
  rating: number;
  part: (typeof PARTS)[number];
}
const ROWS: readonly Row[] = Array.from({ length: 420 }, (_, i) => ({
  user: `u${(i * 5) % USERS}`,
  city: i % 6 === 0 ? null : `c${i % 4}`,
  item: (i * 11 + (i % 13)) % ITEMS,
  rating: 1 + (i % 5),
  part: PARTS[Math.floor(i / 7) % 7 < 4 ? 0 : Math.floor(i / 7) % 7 < 5 ? 1 : 2],
}));

const user = { column: 'user', transform: 'lookup', id: true } as const;
const item = { column: 'item', transform: 'lookup', id: true } as const;
const city = { column: 'city', transform: 'lookup' } as const;
const tower = { layers: [{ type: 'dense' as const, units: 4, activation: 'linear' as const }] };

async function world(parts: Partial<TrainingSpecInput> = {}, servedQuery: readonly object[] = [user, city]) {
  const folder = await temporaryFolder();
  const input: TrainingSpecInput = {
    dataset: {
      source: {
        uri: await writeLines(
          folder,
          'rows.jsonl',
          ROWS.map((row) => JSON.stringify(row)),
        ),
      },
      split: {
        strategy: 'column',
        column: 'part',
        train: ['train'],
        validation: ['validation'],
        test: ['test'],
      },
    },
    features: { query: [user], candidate: [item] },
    model: { query: tower, candidate: tower },
    ...parts,
  };
  const spec = trainingSpecSchema.parse(input);
  const { data, outputs } = await prepared(folder, input);
  const type = spec.model.type;
  const target = spec.features.target && { target: { column: 'rating' } };
  const served = await exportedModel(
    {
      features: { query: servedQuery, candidate: [item], ...target } as TrainingSpecInput['features'],
      model: { type, query: tower, candidate: tower },
    },
    ROWS.map((row) => ({ ...row })),
    SERVED.map((id) => ({ item: id })),
  );
  const logged: string[] = [];
  const attempt = {
    settings: { production: productionOfFlag(served.directory), artifactDirectory: folder, cloud: offline },
    reporter: { log: (_level: string, message: string) => logged.push(message) },
    stop: new StopSignal(),
  } as unknown as Attempt;
  const open = () => openProduction(attempt, spec, outputs);
  return { data, spec, open, logged, directory: served.directory };
}

/** Where production puts the item of a row: it is asked for all items, as its service would be. */
function place(production: Production, row: Row, catalogue: readonly string[], leftOut: ReadonlySet<string>) {
  const values: FeatureValues = { user: row.user, city: row.city };
  const scores = new Map(
    production.model.recommend(values, { k: 100 }).map(({ item: id, score }) => [id, score]),
  );
  const own = scores.get(String(row.item));
  if (own === undefined) return catalogue.length;
  return catalogue.filter((id) => !leftOut.has(id) && (scores.get(id) ?? -Infinity) > own).length;
}

describe('the version that serves', () => {
  it.each([
    ['row', {}],
    ['user', { protocol: 'perUser' as const }],
  ])(
    'ranks the test rows per %s as its service would, and never finds what it lacks',
    async (per, evaluation) => {
      const { data, spec, open } = await world({ evaluation });
      const { serving } = await open();
      if (!isOpen(serving)) throw new Error('production is not open');
      const rows = evaluationRows(data, 'test', 'known', rowsProtocol(spec));
      const model = new TwoTowerModel(data, spec);
      const evaluated = { model, data, spec, between: async () => {}, production: serving };
      const ranker = (await productionRanker(evaluated, [rows]).next()).value;
      if (!ranker || 'why' in ranker) throw new Error(JSON.stringify(ranker));
      const ids = (await data.candidate.meanings![0]!.vocabulary()).map(String);
      expect(ranker.settings).toMatchObject({ missingItems: ids.filter(isMissing).length, version: null });
      const users = await data.query.meanings![0]!.vocabulary();
      const ranks = await ranker.ranks(rows, async () => {});
      const test = ROWS.filter(({ part }) => part === 'test');
      let asked = 0;
      for (const [q, ofUser] of rows.users.entries()) {
        const name = users[ofUser - 1];
        const trained = ROWS.filter((row) => row.part === 'train' && row.user === name);
        const had = new Set(per === 'user' ? trained.map((row) => String(row.item)) : []);
        const expected: number[] = [];
        const own = ranks.subarray(rows.targetStart[q], rows.targetStart[q + 1]);
        for (let t = rows.targetStart[q]!; t < rows.targetStart[q + 1]!; t++, asked++) {
          const id = ids[rows.items[t]! - 1];
          const of = test.filter((row) => row.user === name);
          const first = of.find((row) => String(row.item) === id)!;
          const context = per === 'user' ? { ...first, city: firstCounted(of, had).city } : first;
          expected.push(place(serving, context, ids, had));
        }
        expect(Array.from(own)).toEqual(expected);
      }
      expect(asked).toBeGreaterThan(USERS);
      expect(new Set(ranks).size).toBeGreaterThan(3);
    },
  );

  it('is one of the methods, with what a release would change', async () => {
    const { data, spec, open } = await world();
    const { serving, inputs } = await open();
    expect(inputs).toMatchObject([{ name: 'production', digest: expect.stringMatching(/^sha256:/) }]);
    const model = new TwoTowerModel(data, spec);
    const { baselines, findings } = await evaluateModel({ model, data, spec, production: serving });
    expect(baselines['production']?.['test_recall_at_10']).toBeGreaterThan(0);
    expect(findings.comparisons.map(({ against }) => against)).toContain('production');
    expect(findings.changes).toMatchObject({ users: USERS, k: 10, missingItems: expect.any(Number) });
    const { entering, leaving } = findings.changes!;
    expect(leaving.length).toBeGreaterThan(0);
    expect(leaving.every(({ before, after }) => before > after)).toBe(true);
    // What the version that serves does not have is in none of its lists.
    expect(entering.filter(({ item: id }) => isMissing(id)).every(({ before }) => before === 0)).toBe(true);
  });

  it('predicts the targets of the test rows', async () => {
    const features = { query: [user], candidate: [item], target: { column: 'rating' } };
    const model = { type: 'ranking' as const, query: tower, candidate: tower };
    const { data, spec, open } = await world({ features, model });
    const { serving } = await open();
    if (!isOpen(serving)) throw new Error('production is not open');
    const trained = new TwoTowerModel(data, spec);
    const { baselines, findings } = await evaluateModel({ model: trained, data, spec, production: serving });
    const measured = ROWS.filter(({ part }) => part === 'test');
    const errors = measured.map((row) => {
      // Of rows that this model does not tell apart, the first one speaks.
      const first = measured.find((other) => other.user === row.user && other.item === row.item)!;
      const [predicted] = serving.model.predict([
        { query: { user: first.user, city: first.city }, item: row.item },
      ]);
      return (predicted! - row.rating) ** 2;
    });
    const rmse = Math.sqrt(errors.reduce((sum, error) => sum + error, 0) / errors.length);
    expect(baselines['production']?.['test_rmse']).toBeCloseTo(rmse, 4);
    expect(findings.leftOut.map(({ what }) => what)).toContain('what a release would change');
  });
});

describe('a version that cannot be compared with', () => {
  it('is left out with the reason where its folder is gone', async () => {
    const { data, spec, open, directory, logged } = await world();
    await rm(join(directory, 'transform'), { recursive: true });
    const { serving } = await open();
    expect(serving).toMatchObject({
      what: 'production',
      why: expect.stringMatching(/could not be opened: .*transform/),
    });
    expect(logged).toEqual([expect.stringMatching(/^nothing is compared with production/)]);
    const model = new TwoTowerModel(data, spec);
    const { baselines, findings } = await evaluateModel({ model, data, spec, production: serving });
    expect(Object.keys(baselines)).not.toContain('production');
    expect(findings.leftOut.filter(({ what }) => what === 'production')).toHaveLength(1);
    expect(findings.changes).toBeNull();
  });

  it('is left out with the names of the columns that the data lack', async () => {
    const { open } = await world({}, [user, { column: 'age', transform: 'lookup' }]);
    expect((await open()).serving).toMatchObject({ why: expect.stringMatching(/do not have: age$/) });
  });

  it('is left out where it only predicts, and this model ranks', async () => {
    const { data, spec, open } = await world();
    const { serving } = await open();
    if (!isOpen(serving)) throw new Error('production is not open');
    const model = new TwoTowerModel(data, spec);
    const production = { ...serving, itemVectors: null };
    const { findings } = await evaluateModel({ model, data, spec, production });
    expect(findings.leftOut.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['production', 'what a release would change']),
    );
  });

  it('does not fail the run where it fails on the rows', async () => {
    const { data, spec, open } = await world();
    const { serving } = await open();
    if (!isOpen(serving)) throw new Error('production is not open');
    const model = new TwoTowerModel(data, spec);
    const production = { ...serving, valuesOf: () => Promise.reject(new Error('the disk is full')) };
    const { findings } = await evaluateModel({ model, data, spec, production });
    expect(findings.leftOut.filter(({ why }) => why.includes('the disk is full'))).toHaveLength(2);
  });
});

/** The first row of a user's that counts: its item is none that is left out. */
function firstCounted(rows: readonly Row[], had: ReadonlySet<string>): Row {
  return rows.find((row) => !had.has(String(row.item)))!;
}
