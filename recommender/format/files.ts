/** The names of the files in a model's folder. Paths have `/` on every system. */
export const TRANSFORM_FOLDER = 'transform';
export const TRANSFORM_FILE = 'transform.json';
export const TEXTS_FILE = 'transform.bin';
export const TOWER_FOLDERS = { query: 'query_model', candidate: 'candidate_model' } as const;
export const TOWER_FILE = 'tower.json';
export const RATING_FOLDER = 'rating_model';
export const RATING_FILE = 'rating.json';
/** Of a tower and of a rating head. */
export const WEIGHTS_FILE = 'weights.bin';
export const ITEM_VECTORS_FILE = 'item_vectors.f32';
export const ITEM_OUTPUTS_FILE = 'item_outputs.f32';
/** What files there are, and their digests; folders of before version 0.2 have none. Written last. */
export const MANIFEST_FILE = 'manifest.json';
/** Which items each user has. */
export const SEEN_FILES = { document: 'seen.json', binary: 'seen.bin' } as const;
/** The values of the newest training row of each item and of each user. */
export const VALUES_FILES = {
  items: { document: 'items.json', binary: 'items.bin' },
  users: { document: 'users.json', binary: 'users.bin' },
} as const;
/** The vector of the newest training row of each user; models for ranking have none. */
export const USER_VECTORS_FILE = 'user_vectors.f32';
/** An index that answers from a part of the items; only where the specification asks for one. */
export const ITEM_INDEX_FILES = {
  document: 'item_index.json',
  binary: 'item_index.usearch',
  /** Only where several items share a point of the graph. */
  points: 'item_index_points.u32',
} as const;

export type TowerName = keyof typeof TOWER_FOLDERS;
