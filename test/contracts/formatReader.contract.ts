/** What whoever reads a model's folder must answer: what the recommender does. */
import { describe, expect, it, afterAll, beforeAll } from 'vitest';
import type { RecommenderModel } from '@trainyard/recommender';
import type { FeatureValues } from '@trainyard/recommender/encode/value';
import { readVectors } from '@trainyard/recommender/model/catalogue';
import { openModelDirectory, readDirectory } from '@trainyard/recommender/node';
import { randomFor } from '../../trainer-job/model/random.js';
import { expectClose, expectSameList, expectSameVector } from '../formats/closeness.js';
import { MODEL_NAMES, modelCalled } from '../formats/models.js';
import type { Best, FormatSoftware, ModelReader } from '../formats/modelReader.js';
import type { Closeness } from '../support/formats/scoresAgree.js';
import { useWasm } from '../support/training/backend.js';

/** No item has it. */
const NOBODY = 'nobody';
const K = 9;

/** What the recommender answers. */
interface Expected {
  model: RecommenderModel;
  queries: readonly FeatureValues[];
  offered: readonly FeatureValues[];
  /** All items of each query, best first. */
  ranked: Best[][];
  /** What a score is made of: the product of the lengths of the vectors; 0 where it is a prediction. */
  sizeOf(this: void, query: number, item: string): number;
}

const known = new Map<string, Promise<Expected>>();

async function expectedOf(name: string): Promise<Expected> {
  const { model: made, queries: asked, offered: given } = await modelCalled(name);
  const model = await openModelDirectory(made.folder);
  const columnsOf = (tower: 'query' | 'candidate', rows: readonly FeatureValues[]) =>
    rows.map((row) => Object.fromEntries(model.columns[tower].map((column) => [column, row[column]])));
  const [queries, offered] = [columnsOf('query', asked), columnsOf('candidate', given)];
  const ranked = queries.map((query) => model.recommend(query, { k: model.items.length }));
  const sizeOf = model.type === 'ranking' ? () => 0 : await sizes(made.folder, model, queries);
  return { model, queries, offered, ranked, sizeOf };
}

async function sizes(folder: string, model: RecommenderModel, queries: readonly FeatureValues[]) {
  const lengths = queries.map((query) => Math.hypot(...model.embedQuery(query)));
  const unknown = model.embedCandidate({});
  const width = unknown.length;
  const vectors = await readVectors(readDirectory(folder), model.items.length, width);
  const lengthOf = new Map(
    model.items.map((item, i) => [item, Math.hypot(...vectors.subarray(i * width, (i + 1) * width))]),
  );
  const other = Math.hypot(...unknown);
  return (query: number, item: string) => lengths[query]! * (lengthOf.get(item) ?? other);
}

function recommended(name: string): Promise<Expected> {
  const expected = known.get(name) ?? expectedOf(name);
  known.set(name, expected);
  return expected;
}

interface Compared extends Expected {
  reader: ModelReader;
  software: FormatSoftware;
  closeness: Closeness;
}

async function recommendsTheSame({ reader, queries, ranked, sizeOf, closeness, model }: Compared) {
  const k = model.items.length + 5;
  const lists = await reader.recommend(
    queries,
    k,
    queries.map(() => []),
  );
  lists.forEach((list, i) =>
    expectSameList(list, ranked[i]!, k, closeness, `list ${i}`, (item) => sizeOf(i, item)),
  );
  expect(lists).toHaveLength(queries.length);
}

async function leavesOutWhatWasSeen(compared: Compared): Promise<void> {
  const { reader, queries, ranked, sizeOf, closeness, model } = compared;
  const random = randomFor(5, 'seen');
  const seen = queries.map(() => [NOBODY, ...model.items.filter(() => random() < 0.4)]);
  const lists = await reader.recommend(
    queries,
    K,
    seen.map((ids) => written(compared, ids)),
  );
  lists.forEach((list, i) => {
    const left = ranked[i]!.filter(({ item }) => !seen[i]!.includes(item));
    if (i < 50) {
      const own = model.recommend(queries[i]!, { k: K, exclude: seen[i]! });
      expect(own.map(({ item }) => item)).toEqual(left.slice(0, K).map(({ item }) => item));
    }
    expectSameList(list, left, K, closeness, `list ${i} without what was seen`, (item) => sizeOf(i, item));
  });
}

async function embedsTheSame({ reader, queries, offered, closeness, model }: Compared): Promise<void> {
  if (model.type === 'ranking') return;
  for (const [tower, embed, rows] of [
    ['query', model.embedQuery, queries],
    ['candidate', model.embedCandidate, offered],
  ] as const) {
    const vectors = await reader.embed(tower, rows);
    rows.forEach((row, i) => expectSameVector(vectors[i]!, embed(row), closeness, `${tower} ${i}`));
  }
}

async function scoresTheSame(compared: Compared): Promise<void> {
  const { reader, queries, sizeOf, closeness, model } = compared;
  const items = queries.map((_, i) => (i % 9 === 0 ? NOBODY : model.items[i % model.items.length]!));
  const pairs = queries.map((query, i) => ({ query, item: items[i]! }));
  const asked = written(compared, items);
  if (reader.score) {
    const scores = await reader.score(queries, asked);
    expectClose(scores, model.score(pairs), closeness, 'scores', (i) => sizeOf(i, items[i]!));
  }
  if (reader.predict && model.type !== 'retrieval') {
    expectClose(await reader.predict(queries, asked), model.predict(pairs), closeness, 'predictions');
  }
}

/** Ids as somebody may write them. */
function written({ software, model }: Compared, ids: readonly string[]): string[] {
  const areDecimals = model.items.every((id) => /^\d+\.\d+$/.test(id));
  return ids.map((id, i) => (areDecimals && software.readsDecimals && i % 3 > 0 ? `0${id}0` : id));
}

/** Whether there are items of which only their place in the catalogue tells which comes first. */
function hasTies({ ranked }: Expected): boolean {
  return ranked.every((list) => list.some(({ score }, i) => score === list[i + 1]?.score));
}

/** With all models, unless some are named. */
export function describeFormat(software: FormatSoftware, names: readonly string[] = MODEL_NAMES): void {
  const { name, missing, precision, open, close } = software;
  describe(`what ${name} makes of a model`, () => {
    beforeAll(useWasm);
    afterAll(async () => close?.());

    const because = missing === undefined ? '' : ` (skipped: ${missing})`;
    it.skipIf(missing).each(names)(
      `is what the recommender does: %s${because}`,
      async (called) => {
        const expected = await recommended(called);
        expect(hasTies(expected)).toBe(true);
        const { model } = await modelCalled(called);
        const closeness = { precision, isFarOut: model.isFarOut };
        const compared = { ...expected, software, closeness, reader: await open(model) };
        await recommendsTheSame(compared);
        await leavesOutWhatWasSeen(compared);
        await embedsTheSame(compared);
        await scoresTheSame(compared);
      },
      600_000,
    );
  });
}
