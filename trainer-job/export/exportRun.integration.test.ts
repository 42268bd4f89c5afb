import { existsSync } from 'node:fs';
import { readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodedTarget } from '@trainyard/recommender/encode/target';
import { openModelDirectory } from '@trainyard/recommender/node';
import { trainingSpecSchema, type TrainingSpecInput } from '@trainyard/shared';
import { useWasm } from '../../test/support/training/backend.js';
import { prepared, writeLines } from '../../test/support/data/prepared.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { evaluateModel } from '../evaluate/evaluateModel.js';
import { catalogue } from '../model/catalogue.js';
import { trainModel } from '../train/loop/trainModel.js';
import { exportRun, type ExportRequest } from './exportRun.js';
import { modelMetadataSchema } from './metadata.js';

beforeAll(useWasm);

const SPEC = {
  features: {
    query: [
      { column: 'user', transform: 'lookup' as const, id: true },
      { column: 'city', transform: 'lookup' as const },
      { columns: ['user', 'city'], transform: 'cross' as const, buckets: 20 },
    ],
    candidate: [
      { column: 'item', transform: 'lookup' as const, id: true },
      { column: 'category', transform: 'lookup' as const },
      { column: 'name', transform: 'text' as const, bigramBuckets: 10 },
      { column: 'price', transform: 'normalize' as const, missingIndicator: true },
    ],
  },
  model: {
    query: { layers: [{ type: 'dense' as const, units: 8, activation: 'linear' as const }] },
    candidate: { layers: [{ type: 'dense' as const, units: 8, activation: 'linear' as const }] },
    similarity: 'cosine' as const,
    temperature: 0.1,
  },
  training: { epochs: 2, batchSize: 64, optimizer: { type: 'adam' as const, learningRate: 0.01 } },
  evaluation: { k: [3] },
};

async function exported(
  parts: Partial<Pick<TrainingSpecInput, 'features' | 'model'>> = {},
  beside: ExportRequest['beside'] = async () => ({ report: 'report.html' }),
) {
  const folder = await temporaryFolder();
  const rows = Array.from({ length: 600 }, (_, i) =>
    JSON.stringify({
      user: i % 11,
      city: `c${i % 2}`,
      item: `i${(i * 7) % 13}`,
      category: `k${(i % 13) % 3}`,
      name: `thing ${i % 13} of ${(i % 13) % 4}`,
      price: i % 13 === 5 ? null : (i * 7) % 13,
      rating: i % 9 === 4 ? null : 1 + (((i * 7) % 13) % 5),
    }),
  );
  const input = {
    dataset: { source: { uri: await writeLines(folder, 'rows.jsonl', rows) } },
    ...SPEC,
    ...parts,
  };
  const spec = trainingSpecSchema.parse(input);
  const { data, encodedFolder, vocabulary, outputs } = await prepared(folder, input);
  const outcome = await trainModel({
    data,
    spec,
    checkpointDirectory: join(folder, 'checkpoints'),
    onEpoch: () => {},
    onProgress: () => {},
    onCheckpoint: () => {},
    onLog: () => {},
    stopRequested: () => false,
  });
  if (outcome.kind !== 'trained') throw new Error(outcome.kind);
  const { model } = outcome;
  const evaluation = await evaluateModel({ model, data, spec });
  const directory = join(folder, 'model');
  const { artifacts } = await exportRun({
    model,
    data,
    spec,
    encodedFolder,
    reportFolder: join(folder, 'data'),
    directory,
    version: 'demo#1',
    createdAt: new Date('2026-01-01T00:00:00.000Z'),
    testMetrics: evaluation.metrics,
    validationMetrics: outcome.metrics,
    baselines: evaluation.baselines,
    itemVectors: evaluation.itemVectors,
    history: [],
    importance: evaluation.findings.importance,
    beside,
    run: {},
    withRows: outputs.of('transform').withRows,
    between: async () => {},
  });
  return { data, model, directory, artifacts, vocabulary };
}

describe('the artifacts of a run', () => {
  it('are none where the last of them cannot be written: no folder, and no manifest', async () => {
    const folders: string[] = [];
    const full = async (folder: string) => {
      folders.push(folder);
      throw new Error('no space left on device');
    };
    await expect(exported({}, full)).rejects.toThrow('no space left on device');
    const [unfinished = ''] = folders;
    expect(unfinished).toMatch(/\.unfinished$/);
    expect(existsSync(unfinished.replace(/\.unfinished$/, ''))).toBe(false);
    expect(existsSync(join(unfinished, 'manifest.json'))).toBe(false);
  });

  it('recommend what the model in memory recommends, to known and unknown users', async () => {
    const { data, model, directory, vocabulary } = await exported();
    const recommender = await openModelDirectory(directory);
    const [users, items] = [await vocabulary('query', 'user'), await vocabulary('candidate', 'item')];
    const itemVectors = model.embed('candidate', catalogue(data.candidate.entities));
    for (let entity = 0; entity < data.query.entities; entity++) {
      const [user = 0, city = 0] = data.query.rows(Int32Array.of(entity)).indices;
      const vector = model.embed('query', Int32Array.of(entity));
      const scores = items.map((_, i) =>
        vector.reduce((sum, v, c) => sum + v * itemVectors[i * vector.length + c]!, 0),
      );
      const best = Array.from(scores.keys())
        .toSorted((a, b) => scores[b]! - scores[a]!)
        .slice(0, 5);
      const query = {
        user: user === 0 ? 'nobody' : Number(users[user - 1]),
        city: city === 0 ? null : `c${(await vocabulary('query', 'city'))[city - 1]!.slice(1)}`,
      };
      expect(recommender.recommend(query, { k: 5 }).map(({ item }) => item)).toEqual(
        best.map((i) => items[i]),
      );
    }
  });

  it('say what was trained and how good it is', async () => {
    const { artifacts } = await exported();
    expect(Object.keys(artifacts)).toEqual([
      'query_model',
      'candidate_model',
      'item_vectors',
      'transform',
      'data_profile',
      'data_schema',
      'data_validation',
      'data_page',
      'metadata',
      'package_metadata',
      'manifest',
      'items',
      'users',
      'seen',
      'vocabularies',
      'saved_model',
      'tfjs',
      'onnx_query',
      'onnx_candidate',
      'onnx_model',
      'onnx_signature',
      'report',
    ]);
    const metadata = modelMetadataSchema.parse(
      JSON.parse(await readFile(artifacts['metadata'] ?? '', 'utf8')),
    );
    expect(metadata).toMatchObject({
      model_version: 'demo#1',
      architecture: {
        output_width: 8,
        similarity: 'cosine',
        query: { input_width: 24 },
        candidate: { input_width: 26 },
      },
      hyperparameters: {
        embedding_dims: { user: 8, city: 8, 'user x city': 8, item: 8, category: 8, name: 8, price: 2 },
        product_metadata: ['category', 'name', 'price'],
      },
    });
    expect(metadata.metrics.test_metrics['test_recall_at_3']).toBeGreaterThan(0);
    expect(metadata.metadata_impact).toMatchObject({
      metric: expect.stringMatching(/^test_/),
      interval: expect.anything(),
    });
  });

  it.each(['ranking', 'hybrid'] as const)(
    'of a %s model rate what the model in memory rates, unknown items too',
    async (type) => {
      const features = { ...SPEC.features, target: { column: 'rating', log1p: true, normalize: true } };
      const { query: queryTower, candidate } = SPEC.model;
      const { data, model, directory, artifacts, vocabulary } = await exported({
        features,
        model: { query: queryTower, candidate, type },
      });
      expect(Object.keys(artifacts).includes('item_vectors')).toBe(type === 'hybrid');
      const recommender = await openModelDirectory(directory);
      const items = await vocabulary('candidate', 'item');
      const users = await vocabulary('query', 'user');
      const entity = 1;
      const [user = 0, city = 0] = data.query.rows(Int32Array.of(entity)).indices;
      const query = {
        user: Number(users[user - 1]),
        city: (await vocabulary('query', 'city'))[city - 1] ?? null,
      };
      const { head, target } = model.rating!;
      const places = Int32Array.from({ length: items.length + 1 }, (_, i) => i);
      const pass = head.forward({
        queries: model.outputs('query', Int32Array.of(entity)),
        items: model.outputs('candidate', places),
        pairQuery: new Int32Array(places.length),
        pairItem: places,
      });
      pass.dispose();
      const expected = Array.from(pass.logits, (logit) => decodedTarget(target, logit));
      const rated = recommender.predict(['nothing known', ...items].map((item) => ({ query, item })));
      rated.forEach((rating, i) => expect(rating).toBeCloseTo(expected[i]!, 5));
      const [best] = recommender.recommend(query, { k: 1 });
      if (type === 'ranking') expect(best!.score).toBeCloseTo(Math.max(...expected.slice(1)), 5);
      const metadata = modelMetadataSchema.parse(
        JSON.parse(await readFile(artifacts['metadata'] ?? '', 'utf8')),
      );
      // 16 wide, 64, 32 and 1.
      expect(metadata.architecture.rating?.parameters).toBe(17 * 64 + 65 * 32 + 33);
    },
  );

  it('that do not belong together are refused', async () => {
    const { directory } = await exported();
    await truncate(join(directory, 'query_model', 'weights.bin'), 40);
    await expect(openModelDirectory(directory)).rejects.toThrow(/weights.bin has 40 bytes instead of/);
  });
});
