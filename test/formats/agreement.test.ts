/** Every format that a model is exported in answers as the recommender and the trainer do, to 1e-5. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecommenderModel } from '@trainyard/recommender';
import { openModelDirectory } from '@trainyard/recommender/node';
import type { FeatureValues } from '@trainyard/recommender/encode/value';
import { featureSchema, layerSchema } from '@trainyard/shared';
import { randomFor } from '../../trainer-job/model/random.js';
import { useWasm } from '../support/training/backend.js';
import { exportedModel, type ExportedModel } from '../support/training/exportedModel.js';
import { ITEMS, KINDS, QUERIES, strangeRows } from './kinds.js';
import { expectClose, expectSameList } from './closeness.js';
import type { FormatSoftware, ModelReader } from './modelReader.js';
import { ONNXRUNTIME_IN_NODE } from './onnxruntimeInNode.js';
import { BACKENDS, tfjsInNode } from './tfjsInNode.js';
import { onnxruntimeInPython } from './onnxruntimeInPython.js';

const PYTHON = process.env['PYTHON'];
const SOFTWARE: readonly FormatSoftware[] = [
  ONNXRUNTIME_IN_NODE,
  onnxruntimeInPython(PYTHON),
  ...BACKENDS.map(tfjsInNode),
];

const COUNT = 1000;
const ASKED = strangeRows('user', QUERIES.length, COUNT);
const OFFERED = strangeRows('item', ITEMS.length, COUNT);

beforeAll(useWasm);
afterAll(async () => {
  for (const { close } of SOFTWARE) await close?.();
});

function asked(model: RecommenderModel, tower: 'query' | 'candidate', row: FeatureValues): FeatureValues {
  return Object.fromEntries(model.columns[tower].map((column) => [column, row[column]]));
}

/** A model, what the trainer and the recommender make of it, and what somebody else does. */
interface Opened {
  exported: ExportedModel;
  model: RecommenderModel;
  reader: ModelReader;
}

async function recommendsTheSame({ model, reader }: Opened): Promise<void> {
  const k = ITEMS.length + 5;
  const lists = await reader.recommend(
    ASKED,
    k,
    ASKED.map(() => []),
  );
  ASKED.forEach((row, i) => {
    expectSameList(lists[i]!, model.recommend(asked(model, 'query', row), { k }), `list ${i}`);
  });
}

async function leavesOutWhatWasSeen({ model, reader }: Opened): Promise<void> {
  const random = randomFor(5, 'seen');
  const some = ASKED.slice(0, 50);
  const seen = some.map(() => ['nobody', ...model.items.filter(() => random() < 0.4)]);
  const lists = await reader.recommend(some, 9, seen);
  some.forEach((row, i) => {
    const expected = model.recommend(asked(model, 'query', row), { k: 9, exclude: seen[i]! });
    expectSameList(lists[i]!, expected, `list ${i} without what was seen`);
  });
}

async function embedsTheSame({ exported, model, reader }: Opened): Promise<void> {
  if (model.type === 'ranking') return;
  for (const [tower, embed, strange, known] of [
    ['query', model.embedQuery, ASKED, QUERIES],
    ['candidate', model.embedCandidate, OFFERED, ITEMS],
  ] as const) {
    const vectors = await reader.embed(tower, strange);
    strange.forEach((row, i) => expectClose(vectors[i]!, embed(asked(model, tower, row)), `${tower} ${i}`));
    const trained = await reader.embed(tower, known);
    known.forEach((_, i) => {
      expectClose(trained[i]!, exported.model.embed(tower, Int32Array.of(i + 1)), `trained ${tower} ${i}`);
    });
  }
}

async function predictsTheSame({ model, reader }: Opened): Promise<void> {
  if (model.type === 'retrieval' || !reader.predict) return;
  const items = OFFERED.map(({ item }) => (typeof item === 'string' ? item : 'nobody'));
  const { predictions, scores } = await reader.predict(ASKED, items);
  const pairs = ASKED.map((row, i) => ({ query: asked(model, 'query', row), item: items[i]! }));
  expectClose(predictions, model.predict(pairs), 'predictions');
  expectClose(scores, model.score(pairs), 'scores');
}

describe.each(SOFTWARE)('what $name makes of a model', ({ open, missing }) => {
  const because = missing === undefined ? '' : ` (skipped: ${missing})`;

  it.skipIf(missing).each(Object.keys(KINDS))(
    `is what the recommender and the trainer do: %s${because}`,
    async (kind) => {
      const { calibration, ...parts } = KINDS[kind]!;
      const exported = await exportedModel({ ...parts, outputs: {} }, QUERIES, ITEMS, calibration);
      const model = await openModelDirectory(exported.directory);
      const opened = { exported, model, reader: await open(exported.directory) };
      await recommendsTheSame(opened);
      await leavesOutWhatWasSeen(opened);
      await embedsTheSame(opened);
      await predictsTheSame(opened);
    },
  );
});

describe('the kinds of models', () => {
  it('have every transform and every layer between them', () => {
    const kinds = Object.values(KINDS);
    const transforms = kinds.flatMap(({ features }) => features.query.map(({ transform }) => transform));
    const layers = kinds.flatMap(({ model }) => model.query?.layers ?? []).map(({ type }) => type);
    expect(new Set(transforms)).toEqual(
      new Set(featureSchema.options.map((one) => one.shape.transform.value)),
    );
    expect(new Set(layers)).toEqual(new Set(layerSchema.options.map((one) => one.shape.type.value)));
    expect(new Set(kinds.map(({ model }) => model.type))).toEqual(
      new Set(['retrieval', 'ranking', 'hybrid']),
    );
  });
});
