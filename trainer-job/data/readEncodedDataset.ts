import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tableMemoryBytes } from '../settings/limits.js';
import { totalColumns } from '@trainyard/recommender/encode/encodedFeature';
import { TEXTS_FILE, type TowerName } from '@trainyard/recommender/format/files';
import { unpackTexts } from '@trainyard/recommender/format/texts';
import type { TransformDocument } from '@trainyard/recommender/format/transformDocument';
import {
  towerInMemory,
  type EncodedDataset,
  type EncodedRows,
  type EncodedTower,
  type FeatureMeaning,
  type SplitName,
} from './encodedDataset.js';
import { SPLITS } from './transform/split/sides.js';
import { readTransformDocument, TRAIN_TIMES_FILE } from './transform/transformManifest.js';
import { towerOnDisk } from './towerOnDisk.js';
import { checkSize, readArray, readBytes } from './typedFiles.js';

/**
 * Reads what `transform` wrote into `folder`; fails when a file's size is not what the manifest says. The table of the
 * queries stays on disk when it is larger than `memoryBytes`.
 */
export async function readEncodedDataset(
  folder: string,
  memoryBytes = tableMemoryBytes(),
): Promise<EncodedDataset> {
  const manifest = await readTransformDocument(folder);
  const [query, candidate, train, validation, test] = await Promise.all([
    readTower(folder, manifest, 'query', memoryBytes),
    // Every step may need all of the items.
    readTower(folder, manifest, 'candidate', Infinity),
    readRows(folder, manifest, 'train'),
    readRows(folder, manifest, 'validation'),
    readRows(folder, manifest, 'test'),
  ]);
  const target = manifest.target && { target: manifest.target.fitted };
  const times = join(folder, TRAIN_TIMES_FILE);
  return {
    query,
    candidate,
    ...target,
    splits: { train, validation, test },
    ...(existsSync(times) && { trainTimes: () => readArray(Float64Array, times, train.count) }),
  };
}

async function readTower(
  folder: string,
  manifest: TransformDocument,
  tower: TowerName,
  memoryBytes: number,
): Promise<EncodedTower> {
  return {
    ...(await readTable(folder, manifest, tower, memoryBytes)),
    meanings: meaningsOf(folder, manifest, tower),
  };
}

function meaningsOf(folder: string, manifest: TransformDocument, tower: TowerName): FeatureMeaning[] {
  return manifest[tower].features.map(({ fitted, vocabulary: { size, offset, bytes } }) => ({
    fitted,
    vocabulary: async () =>
      size === 0 ? [] : unpackTexts(await readBytes(join(folder, TEXTS_FILE), offset, bytes), size),
  }));
}

async function readTable(
  folder: string,
  manifest: TransformDocument,
  tower: TowerName,
  memoryBytes: number,
): Promise<EncodedTower> {
  const { features, idFeature, entities } = manifest[tower];
  const encoded = features.map((feature) => feature.encoded);
  const columns = totalColumns(encoded);
  const files = {
    indices: join(folder, `${tower}.table.i32`),
    numbers: join(folder, `${tower}.table.f32`),
  };
  const bytes = { indices: entities * columns.indices * 4, numbers: entities * columns.numbers * 4 };
  if (bytes.indices + bytes.numbers > memoryBytes) {
    await checkSize(files.indices, bytes.indices);
    await checkSize(files.numbers, bytes.numbers);
    return towerOnDisk(encoded, idFeature, entities, files, memoryBytes);
  }
  return towerInMemory(encoded, idFeature, {
    indices: await readArray(Int32Array, files.indices, entities * columns.indices),
    numbers: await readArray(Float32Array, files.numbers, entities * columns.numbers),
  });
}

async function readRows(folder: string, manifest: TransformDocument, split: SplitName): Promise<EncodedRows> {
  const count = manifest.rows[split];
  const item = await readArray(Int32Array, join(folder, `${split}.item.i32`), count);
  const target = manifest.target && {
    target: await readArray(Float32Array, join(folder, `${split}.target.f32`), count),
  };
  const weight = split === 'train' &&
    manifest.sampleWeight && {
      weight: await readArray(Float32Array, join(folder, 'train.weight.f32'), count),
    };
  if (manifest.queryEntities === 'tuples') {
    const query = await readArray(Int32Array, join(folder, `${split}.query.i32`), count);
    return { count, item, query, ...target, ...weight };
  }
  // Rows are entities, those of train first.
  let from = 0;
  for (const before of SPLITS.slice(0, SPLITS.indexOf(split))) from += manifest.rows[before];
  return {
    count,
    item,
    query: Int32Array.from({ length: count }, (_, row) => from + row),
    ...target,
    ...weight,
  };
}
