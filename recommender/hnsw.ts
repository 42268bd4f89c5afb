/** Finds items by the graph that a run has written for `outputs.index`. For Node alone, and the only part that needs a package besides zod: usearch. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hnswIndex } from './approximate/hnswIndex.js';
import { sharedPoints } from './approximate/sharedPoints.js';
import { loadUsearch, type Graph } from './approximate/usearch.js';
import { RecommenderError } from './error.js';
import { ITEM_INDEX_FILES } from './format/files.js';
import { readItemIndex, readStandIns, type ItemIndexDocument } from './format/itemIndex.js';
import { readBytes } from './format/read.js';
import type { IndexAdapter } from './search/indexAdapter.js';

export type { IndexAdapter } from './search/indexAdapter.js';

/** To be given as `index` when a model is opened: `open(folder, { index: hnsw })`. */
export const hnsw: IndexAdapter = {
  async open({ has, read, vectors, width, exact }) {
    if (!(await has(ITEM_INDEX_FILES.document))) {
      throw new RecommenderError(
        'not-of-this-model',
        `the folder of this model has no ${ITEM_INDEX_FILES.document}`,
        'train with outputs: { index: { type: hnsw } } in the specification, or open it without index, which looks at all items',
      );
    }
    const document = await readItemIndex(read);
    const graph = await graphOf(document, await readBytes(read, ITEM_INDEX_FILES.binary));
    checkSizes(document, graph, vectors.length / width, width);
    const shared =
      document.points < document.items
        ? sharedPoints(await readStandIns(read, document), vectors, width)
        : null;
    return hnswIndex({ graph, vectors, width, shared, expansionSearch: document.expansionSearch, exact });
  },
};

/** The package reads from a path only; what it has read needs the file no more. */
async function graphOf(shape: ItemIndexDocument, bytes: Uint8Array): Promise<Graph> {
  const { graph: graphOfShape } = await loadUsearch();
  const graph = graphOfShape({ ...shape, dimensions: shape.width + 1 });
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-index-'));
  try {
    const path = join(folder, ITEM_INDEX_FILES.binary);
    await writeFile(path, bytes);
    graph.load(path);
    return graph;
  } catch (cause) {
    throw new RecommenderError(
      'bad-document',
      `${ITEM_INDEX_FILES.binary} cannot be read by usearch (${cause instanceof Error ? cause.message : String(cause)})`,
      `use usearch ${shape.library.version}, which wrote it, or open the folder without index`,
      { cause },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function checkSizes(document: ItemIndexDocument, graph: Graph, items: number, width: number): void {
  const isOfModel = document.items === items && document.width === width;
  if (isOfModel && Number(graph.size()) === document.points && Number(graph.dimensions()) === width + 1)
    return;
  throw new RecommenderError(
    'mismatched-files',
    `the index of the folder is of ${document.items} items of ${document.width} numbers, with ${graph.size()} of ${document.points} points of ${Number(graph.dimensions()) - 1} numbers in its graph, and the model has ${items} of ${width}`,
    'copy all files of one run',
  );
}
