import type { CheckedFolder } from '../format/manifest.js';
import type { ItemIndex } from './itemIndex.js';

/** What an index of a model's folder is opened from. */
interface IndexedFolder extends Omit<CheckedFolder, 'isChecked'> {
  /** [items, width], row-major. */
  vectors: Float32Array;
  width: number;
  /** The exact index of the same vectors, made when it is asked for. */
  exact(this: void): ItemIndex;
}

/** Another way to find items than by looking at all of them, such as `hnsw` of `@trainyard/recommender/hnsw`. */
export interface IndexAdapter {
  /** Opens the index that the folder has; rejects with a `RecommenderError` where it has none. */
  open(this: void, folder: IndexedFolder): Promise<ItemIndex>;
}
