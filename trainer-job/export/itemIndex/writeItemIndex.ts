/** The graph of `outputs.index`, with what it finds of what it should. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sharedPoints } from '@trainyard/recommender/approximate/sharedPoints';
import { unitItems, longestOf } from '@trainyard/recommender/approximate/unitVectors';
import {
  loadUsearch,
  USEARCH_VERSION,
  type Graph,
  type Usearch,
} from '@trainyard/recommender/approximate/usearch';
import { RecommenderError } from '@trainyard/recommender/error';
import { ITEM_INDEX_FILES, USER_VECTORS_FILE } from '@trainyard/recommender/format/files';
import { itemIndexSchema, type ItemIndexDocument } from '@trainyard/recommender/format/itemIndex';
import { floatsOf } from '@trainyard/recommender/format/floats';
import type { TrainingSpec } from '@trainyard/shared';
import type { HnswSpec } from '@trainyard/shared/spec/outputs/itemIndex';
import { seedOf } from '@trainyard/shared/spec/seeds';
import { writeArrays } from '../../data/typedFiles.js';
import { TrainerError } from '../../errors/trainerError.js';
import { randomFor } from '../../model/random.js';
import { GraphPoints } from './graphPoints.js';
import { measureRecall, type MeasuredRecall } from './measureRecall.js';

export interface IndexRequest {
  spec: TrainingSpec;
  /** [items, width]; null for models that have no vectors. */
  itemVectors: Float32Array | null;
  width: number;
  /** The vectors of users lie in it already. */
  folder: string;
  between: () => Promise<void>;
}

/** Small enough that a stop is heard within a second. */
const ITEMS_AT_ONCE = 256;

/** Fails at the start of a run that is to write a graph at its end and cannot. */
export async function checkIndexPackage({ outputs: { index } }: TrainingSpec): Promise<void> {
  if (index?.type === 'hnsw') await usearchOrRefused();
}

/** Writes the graph and its description; null where the specification asks for none. */
export async function writeItemIndex(request: IndexRequest): Promise<ItemIndexDocument | null> {
  const { spec, itemVectors, width, folder, between } = request;
  const { index } = spec.outputs;
  if (index?.type !== 'hnsw' || !itemVectors || itemVectors.length === 0) return null;
  const items = itemVectors.length / width;
  const usearch = await usearchOrRefused();
  const began = performance.now();
  const { graph, points } = await builtGraph(usearch, index, itemVectors, width, between);
  const buildSeconds = (performance.now() - began) / 1000;
  graph.save(join(folder, ITEM_INDEX_FILES.binary));
  const isShared = points.count < items;
  if (isShared) await writeArrays(join(folder, ITEM_INDEX_FILES.points), points.standIns);
  const measured = await measureRecall({
    graph,
    index,
    itemVectors,
    width,
    shared: isShared ? sharedPoints(points.standIns, itemVectors, width) : null,
    users: await userVectors(folder, width),
    random: randomFor(seedOf(spec.training, 'evaluation'), 'users of the recall of the index'),
    between,
  });
  const document = itemIndexSchema.parse({
    schemaVersion: 2,
    type: 'hnsw',
    library: { name: 'usearch', version: USEARCH_VERSION },
    items,
    points: points.count,
    width,
    connectivity: index.connectivity,
    expansionAdd: index.expansionAdd,
    ...measured,
    buildSeconds: Math.round(buildSeconds * 100) / 100,
  } satisfies ItemIndexDocument & MeasuredRecall);
  await writeFile(join(folder, ITEM_INDEX_FILES.document), `${JSON.stringify(document, null, 2)}\n`);
  return document;
}

/** By one thread, for several would make another graph each time. */
async function builtGraph(
  { graph: graphOf }: Usearch,
  { connectivity, expansionAdd }: HnswSpec,
  vectors: Float32Array,
  width: number,
  between: () => Promise<void>,
): Promise<{ graph: Graph; points: GraphPoints }> {
  const items = vectors.length / width;
  const longest = longestOf(vectors, width);
  const points = new GraphPoints(items, (item) => unitItems(vectors, width, longest, item, item + 1));
  const dimensions = width + 1;
  const graph = graphOf({ dimensions, connectivity, expansionAdd, expansionSearch: expansionAdd });
  for (let from = 0; from < items; from += ITEMS_AT_ONCE) {
    const block = unitItems(vectors, width, longest, from, Math.min(from + ITEMS_AT_ONCE, items));
    const keys: bigint[] = [];
    for (let at = 0; at < block.length; at += dimensions) {
      const item = from + at / dimensions;
      if (!points.add(item, block.subarray(at, at + dimensions))) continue;
      block.copyWithin(keys.length * dimensions, at, at + dimensions);
      keys.push(BigInt(item));
    }
    if (keys.length > 0) graph.add(BigUint64Array.from(keys), block.subarray(0, keys.length * dimensions), 1);
    await between();
  }
  return { graph, points };
}

async function userVectors(folder: string, width: number): Promise<Float32Array> {
  const bytes = await readFile(join(folder, USER_VECTORS_FILE));
  return floatsOf(USER_VECTORS_FILE, bytes, Math.floor(bytes.byteLength / 4 / width) * width);
}

async function usearchOrRefused(): Promise<Usearch> {
  try {
    return await loadUsearch();
  } catch (error) {
    if (!(error instanceof RecommenderError)) throw error;
    throw new TrainerError('invalid-spec', `outputs.index: ${error.message}`, error.remedy, { cause: error });
  }
}
