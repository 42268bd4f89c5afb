/** The items that a model knows, each with its id and what the candidate tower made of it. */
import type { TextOf } from '../encode/columnText.js';
import type { FeatureValue } from '../encode/value.js';
import { RecommenderError } from '../error.js';
import { ITEM_OUTPUTS_FILE, ITEM_VECTORS_FILE } from '../format/files.js';
import { floatsOf } from '../format/floats.js';
import { readBytes, type ReadFile } from '../format/read.js';
import type { Texts } from '../format/texts.js';
import { checkId } from './checkValues.js';

export interface Catalogue {
  /** How many items there are. */
  size: number;
  /** Ids as the data have them, most frequent in training first; decoded when all are asked for. */
  readonly ids: readonly string[];
  /** The id at a position. */
  idAt(this: void, index: number): string;
  /** The position of an item, or -1 for one that nobody knew in training. */
  indexOf(this: void, item: FeatureValue): number;
}

/** `textOf` is of the column that the ids come from. */
export function catalogueOf(texts: Texts, textOf: TextOf): Catalogue {
  // Made when an id is asked about: of a million ids, it takes as much memory as their texts.
  let places: ReadonlyMap<string, number> | undefined;
  return {
    size: texts.size,
    get ids() {
      return texts.all();
    },
    idAt: texts.at,
    indexOf(item) {
      checkId(item, 'an item');
      const id = textOf(item);
      places ??= new Map(texts.all().map((known, i) => [known, i]));
      return id === null ? -1 : (places.get(id) ?? -1);
    },
  };
}

/** [items, width] the vectors of all items. */
export async function readVectors(read: ReadFile, items: number, width: number): Promise<Float32Array> {
  return floatsOf(ITEM_VECTORS_FILE, await readBytes(read, ITEM_VECTORS_FILE), items * width);
}

/** [1 + items, width] the candidate tower's outputs: of unknown items, and of each that is known. */
export async function readOutputs(read: ReadFile, items: number, width: number): Promise<Float32Array> {
  return floatsOf(ITEM_OUTPUTS_FILE, await readBytes(read, ITEM_OUTPUTS_FILE), (items + 1) * width);
}

export function notOfThisModel(what: string, remedy: string): RecommenderError {
  return new RecommenderError('not-of-this-model', what, remedy);
}
