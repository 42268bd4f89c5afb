/** What formats are written from: the native folder of a model, as the recommender reads it. */
import {
  ITEM_OUTPUTS_FILE,
  ITEM_VECTORS_FILE,
  RATING_FILE,
  RATING_FOLDER,
  TOWER_FILE,
  TOWER_FOLDERS,
  TRANSFORM_FOLDER,
  type TowerName,
} from '@trainyard/recommender/format/files';
import { RATING_VERSIONS, type RatingDocument } from '@trainyard/recommender/format/ratingDocument';
import { readDocument, type ReadFile } from '@trainyard/recommender/format/read';
import { readWeights } from '@trainyard/recommender/format/savedArrays';
import { TOWER_VERSIONS, type TowerDocument } from '@trainyard/recommender/format/towerDocument';
import type { TransformDocument } from '@trainyard/recommender/format/transformDocument';
import type { Calibration } from '@trainyard/recommender/layers/calibration';
import type { LayerWeights } from '@trainyard/recommender/layers/layer';
import { readOutputs, readVectors } from '@trainyard/recommender/model/catalogue';
import { openTower } from '@trainyard/recommender/model/tower';
import { openTransform } from '@trainyard/recommender/model/transform';

export interface TowerSource {
  name: TowerName;
  document: TowerDocument;
  weights: LayerWeights;
  /** What vectors are divided by; 1 of the candidate tower. */
  temperature: number;
  transform: TransformDocument['query'];
  /** The values of the feature at that position, most frequent first. */
  vocabulary(this: void, feature: number): string[];
}

/** How the items of the catalogue and those that nobody knows look to who scores them: row 0 is of the latter. */
export interface ItemSource {
  /** In the order of the catalogue; item i is row 1 + i. */
  ids: readonly string[];
  /** [1 + items, width]: vectors or, of a ranking model, outputs of the candidate tower. */
  rows: Float32Array;
  width: number;
}

export interface RatingSource {
  document: RatingDocument;
  /** What predictions go through; null where they go through nothing. */
  calibration: Calibration | null;
  weights: LayerWeights;
  /** Outputs of the candidate tower. */
  items: ItemSource;
}

export interface ModelSource {
  type: TowerDocument['model']['type'];
  query: TowerSource;
  candidate: TowerSource;
  /** Null of a ranking model, whose scores are predictions. */
  vectors: ItemSource | null;
  /** Null of a retrieval model. */
  rating: RatingSource | null;
  /** DuckDB's types of the columns that hold no texts. */
  columnTypes: Readonly<Record<string, string>>;
}

export async function openSource(readFile: ReadFile): Promise<ModelSource> {
  const read = remembered(readFile);
  const transform = await openTransform(read, `${TRANSFORM_FOLDER}/`);
  const towerOf = async (name: TowerName): Promise<TowerSource> => {
    const folder = TOWER_FOLDERS[name];
    const document = await readDocument(read, `${folder}/${TOWER_FILE}`, TOWER_VERSIONS);
    const weights = await readWeights(read, folder, TOWER_FILE, document.weights);
    return {
      name,
      document,
      weights,
      temperature: name === 'candidate' ? 1 : temperatureOf(document, weights),
      transform: transform.document[name],
      vocabulary: (feature) => transform.vocabulary(name, feature),
    };
  };
  const [query, candidate] = [await towerOf('query'), await towerOf('candidate')];
  const { type } = query.document.model;
  const ids = transform.vocabulary('candidate', candidate.document.idFeature);
  return {
    type,
    query,
    candidate,
    columnTypes: transform.document.columnTypes ?? {},
    vectors: type === 'ranking' ? null : await vectorsOf(read, ids, candidate, transform),
    rating: type === 'retrieval' ? null : await ratingOf(read, ids, candidate),
  };
}

function temperatureOf({ model: { temperature } }: TowerDocument, weights: LayerWeights): number {
  return temperature === 'learned' ? Math.exp(weights('query/logTemperature', 1, 1)[0]!) : temperature;
}

async function vectorsOf(
  read: ReadFile,
  ids: readonly string[],
  { document: { width } }: TowerSource,
  transform: Awaited<ReturnType<typeof openTransform>>,
): Promise<ItemSource> {
  const tower = await openTower(read, 'candidate');
  const rows = new Float32Array((1 + ids.length) * width);
  rows.set(tower.scale(tower.output(transform.encoder('candidate')({}))));
  rows.set(await readVectors(read, ids.length, width), width);
  return { ids, rows, width };
}

async function ratingOf(
  read: ReadFile,
  ids: readonly string[],
  { document: { width } }: TowerSource,
): Promise<RatingSource> {
  const document = await readDocument(read, `${RATING_FOLDER}/${RATING_FILE}`, RATING_VERSIONS);
  const calibration = document.schemaVersion === 2 ? document.calibration : null;
  return {
    document,
    calibration: calibration?.applied ? calibration : null,
    weights: await readWeights(read, RATING_FOLDER, RATING_FILE, document.weights),
    items: { ids, rows: await readOutputs(read, ids.length, width), width },
  };
}

/** What is asked for by more than one reader is read once; the largest files, of items, are not kept. */
function remembered(read: ReadFile): ReadFile {
  const files = new Map<string, Promise<Uint8Array>>();
  return (path) => {
    if (path === ITEM_VECTORS_FILE || path === ITEM_OUTPUTS_FILE) return read(path);
    const file = files.get(path) ?? read(path);
    files.set(path, file);
    return file;
  };
}
