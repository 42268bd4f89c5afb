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

export type TowerName = keyof typeof TOWER_FOLDERS;
