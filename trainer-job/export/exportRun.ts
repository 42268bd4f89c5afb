import { cp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ITEM_INDEX_FILES,
  ITEM_OUTPUTS_FILE,
  ITEM_VECTORS_FILE,
  MANIFEST_FILE,
  RATING_FOLDER,
  TOWER_FOLDERS,
  TRANSFORM_FOLDER,
} from '@trainyard/recommender/format/files';
import type { ItemIndexDocument } from '@trainyard/recommender/format/itemIndex';
import type { EvaluationReport, Metrics, TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset } from '../data/encodedDataset.js';
import type { WithRows } from '../data/transform/openRows.js';
import { writeArrays } from '../data/typedFiles.js';
import { TRANSFORM_ARTIFACTS } from '../data/transform/transformManifest.js';
import { inputWidthOf } from '@trainyard/recommender/encode/encodedFeature';
import { openTransform, type Transform } from '@trainyard/recommender/model/transform';
import { readDirectory } from '@trainyard/recommender/node';
import type { Calibration } from '@trainyard/recommender/layers/calibration';
import { makeFolder } from '@trainyard/shared/makeFolder';
import type { Parameter } from '../model/parameter.js';
import { REPORT_FILES } from '@trainyard/shared/profile/reportFiles';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import { catalogue } from '../model/catalogue.js';
import type { EpochReport } from '../train/loop/trainRequest.js';
import { writeFormats, type WrittenFormats } from './formats/writeFormats.js';
import { writeItemIndex } from './itemIndex/writeItemIndex.js';
import type { ModelMetadata } from './metadata.js';
import { metadataImpact } from './metadataImpact.js';
import { packageMetadata } from './packageMetadata.js';
import { saveRating } from './savedRating.js';
import { saveTower } from './savedTower.js';
import { writeTables } from './tables/writeTables.js';
import { writeManifest } from './writeManifest.js';

export interface ExportRequest {
  model: TwoTowerModel;
  data: EncodedDataset;
  spec: TrainingSpec;
  /** The output of `transform`: its vocabularies are exported with the model. */
  encodedFolder: string;
  /** The output of `validate`: what is known of the data is exported with the model. */
  reportFolder: string;
  /** Replaced as a whole: readers see the old model or the new one. */
  directory: string;
  version: string;
  createdAt: Date;
  testMetrics: Metrics;
  validationMetrics: Metrics;
  baselines: Record<string, Metrics>;
  history: readonly EpochReport[];
  /** What makes the predictions of a yes or no target probabilities; null, or left out, where nothing does. */
  calibration?: Calibration | null;
  /** [items, width] as the model embeds its catalogue; embedded again where they are null or left out. */
  itemVectors?: Float32Array | null;
  /** What each feature is worth to the model. */
  importance: EvaluationReport['importance'];
  /** Writes what else belongs to the model into its folder, once all else is there; returns the names of artifacts with their paths in it. */
  beside: (folder: string) => Promise<Readonly<Record<string, string>>>;
  /** Whatever else identifies the run: ids, digests, environment, durations. */
  run: Record<string, unknown>;
  /** Opens the rows that the model was trained on, for the attributes of items; null where they are not at hand. */
  withRows: WithRows | null;
  /** Lets reports and signals have their turn; throws where the run is stopped. */
  between: () => Promise<void>;
}

export interface ExportedRun {
  /** The paths of all artifacts by name. */
  artifacts: Record<string, string>;
  /** Which formats were not written, and why, a sentence each. */
  leftOut: readonly string[];
  /** The index that was written beside the exact one, which needs no file; null where none was asked for. */
  index: ItemIndexDocument | null;
}

/** Writes all artifacts of a run. */
export async function exportRun(request: ExportRequest): Promise<ExportedRun> {
  const { model, spec, encodedFolder, reportFolder, directory } = request;
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await makeFolder(join(unfinished, TRANSFORM_FOLDER));

  await saveTower(join(unfinished, TOWER_FOLDERS.query), model.query, spec.model);
  await saveTower(join(unfinished, TOWER_FOLDERS.candidate), model.candidate, spec.model);
  for (const name of TRANSFORM_ARTIFACTS) {
    await cp(join(encodedFolder, name), join(unfinished, TRANSFORM_FOLDER, name), { recursive: true });
  }
  for (const name of REPORT_FILES) await cp(join(reportFolder, name), join(unfinished, 'data', name));
  const items = catalogue(model.candidate.data.entities);
  const itemVectors =
    spec.model.type === 'ranking' ? null : (request.itemVectors ?? model.embed('candidate', items));
  if (itemVectors) await writeArrays(join(unfinished, ITEM_VECTORS_FILE), itemVectors);
  if (model.rating) {
    await saveRating(join(unfinished, RATING_FOLDER), model.rating, request.calibration);
    const outputs = model.outputs(
      'candidate',
      Int32Array.from({ length: items.length + 1 }, (_, i) => i),
    );
    await writeArrays(join(unfinished, ITEM_OUTPUTS_FILE), outputs);
  }
  const { data, withRows, between } = request;
  const transform = await openTransform(readDirectory(encodedFolder));
  const tables = await writeTables({
    model,
    data,
    transform,
    itemVectors,
    withRows,
    folder: unfinished,
    between,
  });
  const index = await writeItemIndex({ spec, itemVectors, width: model.width, folder: unfinished, between });
  const formats = await formatsOf(request, transform, unfinished);
  await writeFile(
    join(unfinished, 'model_metadata.json'),
    `${JSON.stringify(metadataOf(request, index), null, 2)}\n`,
  );
  await writeFile(
    join(unfinished, 'metadata.json'),
    `${JSON.stringify(packageMetadata({ ...request, transform, formats: formats.written, index }), null, 2)}\n`,
  );
  const beside = await request.beside(unfinished);
  await writeManifest(unfinished, request);

  await rm(directory, { recursive: true, force: true });
  await rename(unfinished, directory);
  const artifacts = {
    query_model: join(directory, TOWER_FOLDERS.query),
    candidate_model: join(directory, TOWER_FOLDERS.candidate),
    ...(spec.model.type !== 'ranking' && { item_vectors: join(directory, ITEM_VECTORS_FILE) }),
    ...(model.rating && {
      rating_model: join(directory, RATING_FOLDER),
      item_outputs: join(directory, ITEM_OUTPUTS_FILE),
    }),
    ...(index && { item_index: join(directory, ITEM_INDEX_FILES.binary) }),
    transform: join(directory, TRANSFORM_FOLDER),
    data_profile: join(directory, 'data', 'profile.json'),
    data_schema: join(directory, 'data', 'schema.json'),
    data_validation: join(directory, 'data', 'validation.json'),
    data_page: join(directory, 'data', 'profile.html'),
    metadata: join(directory, 'model_metadata.json'),
    package_metadata: join(directory, 'metadata.json'),
    manifest: join(directory, MANIFEST_FILE),
    ...Object.fromEntries(
      Object.entries({ ...tables, ...formats.artifacts, ...beside }).map(([name, path]) => [
        name,
        join(directory, path),
      ]),
    ),
  };
  return { artifacts, leftOut: formats.leftOut, index };
}

async function formatsOf(
  request: ExportRequest,
  transform: Transform,
  folder: string,
): Promise<WrittenFormats> {
  const { model, data, spec, version, createdAt, between } = request;
  return writeFormats({
    model,
    data,
    spec,
    items: transform.vocabulary('candidate', model.candidate.data.idFeature),
    version,
    createdAt,
    folder,
    between,
  });
}

function metadataOf(request: ExportRequest, index: ItemIndexDocument | null): ModelMetadata {
  const { model, spec } = request;
  const tower = (name: 'query' | 'candidate') => ({
    features: [...model[name].data.features],
    layers: spec.model[name].layers,
    input_width: model[name].data.features.reduce((width, feature) => width + inputWidthOf(feature), 0),
    parameters: sizeOf(model[name].parameters),
  });
  const [query, candidate] = [tower('query'), tower('candidate')];
  return {
    schemaVersion: 2,
    model_version: request.version,
    created_at: request.createdAt.toISOString(),
    architecture: {
      type: spec.model.type,
      similarity: spec.model.similarity,
      output_width: model.width,
      parameters: sizeOf(model.parameters),
      query,
      candidate,
      ...(model.rating && {
        rating: { ...model.rating.head.spec, parameters: sizeOf(model.rating.head.parameters) },
      }),
    },
    hyperparameters: {
      training: spec.training,
      embedding_dims: Object.fromEntries(
        [...query.features, ...candidate.features].map((feature) => [feature.name, inputWidthOf(feature)]),
      ),
      product_metadata: candidate.features
        .filter((_feature, i) => i !== model.candidate.data.idFeature)
        .map(({ name }) => name),
    },
    metrics: {
      test_metrics: request.testMetrics,
      validation_metrics: request.validationMetrics,
      baselines: request.baselines,
      history: [...request.history],
    },
    ...(index && { item_index: index }),
    metadata_impact: metadataImpact(request.importance),
    run: request.run,
  };
}

function sizeOf(parameters: readonly Parameter[]): number {
  return parameters.reduce((sum, { values }) => sum + values.length, 0);
}
