/** A model whose weights are not as they start, exported by the trainer's own code. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeatureValues } from '@trainyard/recommender/encode/value';
import type { Calibration } from '@trainyard/recommender/layers/calibration';
import {
  trainingSpecSchema,
  type Feature,
  type TrainingSpec,
  type TrainingSpecInput,
} from '@trainyard/shared';
import type { EncodedDataset } from '../../../trainer-job/data/encodedDataset.js';
import { packTexts } from '../../../trainer-job/data/typedFiles.js';
import { REPORT_FILES } from '@trainyard/shared/profile/reportFiles';
import { exportRun } from '../../../trainer-job/export/exportRun.js';
import { fitTarget } from '../../../trainer-job/features/fitTarget.js';
import { randomFor } from '../../../trainer-job/model/random.js';
import { TwoTowerModel } from '../../../trainer-job/model/twoTowerModel.js';
import { fittedTower, type FittedTower } from './encodedTower.js';
import { temporaryFolder } from '../temporaryFolder.js';

type Parts = Pick<TrainingSpecInput, 'features'> & {
  model: NonNullable<TrainingSpecInput['model']>;
  /** No format of other software unless given. */
  outputs?: TrainingSpecInput['outputs'];
};

export interface ExportedModel {
  model: TwoTowerModel;
  /** The folder of the artifacts. */
  directory: string;
}

/**
 * `queries` and `items` are the rows of the towers; entity 0 of both is the unknown one. Items whose ids are `twins` have one embedding of their
 * ids: where their rows are equal, so are their scores.
 */
export async function exportedModel(
  parts: Parts,
  queries: readonly FeatureValues[],
  items: readonly FeatureValues[],
  calibration?: Calibration,
  twins: readonly string[] = [],
): Promise<ExportedModel> {
  const spec = trainingSpecSchema.parse({
    dataset: { source: { uri: 'rows.jsonl' } },
    outputs: { formats: [] },
    ...parts,
  });
  const [query, candidate] = [towerOf(spec.features.query, queries), towerOf(spec.features.candidate, items)];
  const none = { count: 0, query: new Int32Array(), item: new Int32Array() };
  const target = spec.features.target && fitTarget(spec.features.target, Float64Array.of(1, 2, 3, 4, 5));
  const data: EncodedDataset = {
    query: query.data,
    candidate: candidate.data,
    ...(target && { target }),
    splits: { train: none, validation: none, test: none },
  };
  const model = new TwoTowerModel(data, spec);
  moveWeights(model);
  makeTwins(model, candidate, twins);
  const folder = await temporaryFolder();
  const directory = join(folder, 'model');
  await writeTransform(folder, spec, data, { query, candidate });
  await mkdir(join(folder, 'data'));
  for (const name of REPORT_FILES) await writeFile(join(folder, 'data', name), '{}');
  await exportRun({
    model,
    data,
    spec,
    encodedFolder: folder,
    reportFolder: join(folder, 'data'),
    directory,
    version: 'test#1',
    createdAt: new Date(0),
    testMetrics: {},
    validationMetrics: {},
    baselines: {},
    ...(calibration && { calibration }),
    history: [],
    importance: [],
    beside: async () => ({}),
    run: {},
    withRows: null,
    between: async () => {},
  });
  return { model, directory };
}

function towerOf(features: readonly Feature[], rows: readonly FeatureValues[]): FittedTower {
  return fittedTower(features, [{}, ...rows]);
}

/** As trained ones: nothing is as it starts, and variances stay above 0. */
function moveWeights({ parameters, state }: TwoTowerModel): void {
  for (const { name, values } of parameters) {
    const random = randomFor(3, name);
    for (let i = 0; i < values.length; i++) values[i] = values[i]! + (random() - 0.5) * 0.6;
  }
  for (const { name, values } of state) {
    const random = randomFor(3, name);
    for (let i = 0; i < values.length; i++) values[i] = values[i]! * 0.5 + random();
  }
}

function makeTwins(model: TwoTowerModel, { features: [id] }: FittedTower, twins: readonly string[]): void {
  if (!id || id.fitted.transform !== 'lookup') throw new Error('the first feature is a lookup of ids');
  const table = model.parameters.find(({ name }) => name === `candidate/embedding/${id.encoded.name}`)!;
  const { oovBuckets } = id.fitted;
  const [first = 0, ...others] = twins.map(
    (twin) => (oovBuckets + id.vocabulary.indexOf(twin)) * table.columns,
  );
  for (const other of others) table.values.copyWithin(other, first, first + table.columns);
}

async function writeTransform(
  folder: string,
  spec: TrainingSpec,
  data: EncodedDataset,
  towers: Record<'query' | 'candidate', FittedTower>,
): Promise<void> {
  const parts: Buffer[] = [];
  let offset = 0;
  const described = ({ features, data: { entities }, inputWidth }: FittedTower) => ({
    features: features.map(({ encoded, fitted, vocabulary }) => {
      const packed = packTexts(vocabulary);
      const place = { size: vocabulary.length, offset, bytes: packed.length };
      offset += packed.length;
      parts.push(packed);
      return { encoded, fitted, vocabulary: place };
    }),
    idFeature: 0,
    entities,
    inputWidth,
  });
  const rows = { train: 1, validation: 1, test: 1 };
  const document = {
    schemaVersion: 2,
    query: described(towers.query),
    candidate: described(towers.candidate),
    queryEntities: 'rows',
    rows,
    ...(data.target && { target: { fitted: data.target, rows } }),
    ...(spec.features.sampleWeight && { sampleWeight: spec.features.sampleWeight }),
  };
  await writeFile(join(folder, 'transform.bin'), Buffer.concat(parts));
  await writeFile(join(folder, 'transform.json'), JSON.stringify(document));
}
