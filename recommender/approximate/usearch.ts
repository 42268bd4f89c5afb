/** The one package that a graph needs, which is loaded where a graph is asked for: it is an addon, and none is built for Windows. */
import { RecommenderError } from '../error.js';

/** The version that writes graphs, and that is known to read them on Node 20, 22, 24 and 26. */
export const USEARCH_VERSION = '2.25.3';

/** What we use of its class `Index`. */
export interface Graph {
  /** Appends vectors [keys, dimensions]. With one thread the same vectors make the same graph. */
  add(keys: BigUint64Array, vectors: Float32Array, threads: number): void;
  /** The keys of the nearest vectors, which are as many as are looked at on the way. */
  search(vector: Float32Array, count: number, threads: number): { keys: BigUint64Array };
  size(): number | bigint;
  dimensions(): number | bigint;
  connectivity(): number | bigint;
  save(path: string): void;
  load(path: string): void;
}

interface GraphShape {
  dimensions: number;
  connectivity: number;
  expansionAdd: number;
  expansionSearch: number;
}

export interface Usearch {
  graph(this: void, shape: GraphShape): Graph;
}

interface GraphOptions {
  dimensions: number;
  metric: 'l2sq';
  quantization: 'f16';
  connectivity: number;
  expansion_add: number;
  expansion_search: number;
}

interface Package {
  default: { Index: new (options: GraphOptions) => Graph };
}

/** Rejects with a `RecommenderError` where the package is not there. `load` stands in for its import in tests. */
export async function loadUsearch(load: () => Promise<unknown> = importUsearch): Promise<Usearch> {
  let loaded: Package;
  try {
    loaded = (await load()) as Package;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new RecommenderError(
      'missing-package',
      `an index of the type "hnsw" needs the package usearch, which cannot be loaded (${why})`,
      `npm install usearch@${USEARCH_VERSION} (it has builds for Linux and macOS, on x64 and arm64), or use the exact index, which needs no package`,
      { cause },
    );
  }
  const { Index } = loaded.default;
  return {
    // Half floats: what a graph finds is scored again from the float32 vectors.
    graph: ({ dimensions, connectivity, expansionAdd, expansionSearch }) =>
      new Index({
        dimensions,
        metric: 'l2sq',
        quantization: 'f16',
        connectivity,
        expansion_add: expansionAdd,
        expansion_search: expansionSearch,
      }),
  };
}

/** The name is a variable, for neither compilers nor bundlers shall want a package that is optional. */
async function importUsearch(): Promise<unknown> {
  const name = 'usearch';
  return import(name);
}
