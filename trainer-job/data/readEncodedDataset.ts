import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { EncodedDataset, EncodedRows, EncodedTower, SplitName } from './encodedDataset.js';
import {
  MANIFEST_FILE,
  transformManifestSchema,
  type TransformManifest,
} from './transform/transformManifest.js';

/** Reads what `transform` wrote into `folder`; fails when a file's size is not what the manifest says. */
export async function readEncodedDataset(folder: string): Promise<EncodedDataset> {
  const manifest = await readTransformManifest(folder);
  const [query, candidate, train, validation, test] = await Promise.all([
    readTower(folder, manifest, 'query'),
    readTower(folder, manifest, 'candidate'),
    readRows(folder, manifest, 'train'),
    readRows(folder, manifest, 'validation'),
    readRows(folder, manifest, 'test'),
  ]);
  return { query, candidate, splits: { train, validation, test } };
}

export async function readTransformManifest(folder: string): Promise<TransformManifest> {
  return transformManifestSchema.parse(JSON.parse(await readFile(join(folder, MANIFEST_FILE), 'utf8')));
}

/** The values of a feature: element i has vocabulary index i + 1. */
export async function readVocabulary(
  folder: string,
  tower: 'query' | 'candidate',
  feature: string,
): Promise<string[]> {
  const manifest = await readTransformManifest(folder);
  const found = manifest[tower].features.find(({ name }) => name === feature);
  if (!found) throw new Error(`the ${tower} tower has no feature "${feature}"`);
  return z.array(z.string()).parse(JSON.parse(await readFile(join(folder, found.vocabulary), 'utf8')));
}

async function readTower(
  folder: string,
  manifest: TransformManifest,
  tower: 'query' | 'candidate',
): Promise<EncodedTower> {
  const { features, idFeature, entities } = manifest[tower];
  const table = await readIntegers(join(folder, `${tower}.table.i32`), entities * features.length);
  return {
    features: features.map(({ name, column, vocabularySize, dim }) => ({
      name,
      column,
      vocabularySize,
      dim,
    })),
    idFeature,
    entities,
    table,
  };
}

async function readRows(folder: string, manifest: TransformManifest, split: SplitName): Promise<EncodedRows> {
  const count = manifest.rows[split];
  const query = await readIntegers(join(folder, `${split}.query.i32`), count);
  const item = await readIntegers(join(folder, `${split}.item.i32`), count);
  return { count, query, item };
}

async function readIntegers(path: string, count: number): Promise<Int32Array> {
  const content = await readFile(path);
  if (content.byteLength !== count * 4)
    throw new Error(`${path} has ${content.byteLength} bytes instead of ${count * 4}`);
  const values = new Int32Array(count);
  new Uint8Array(values.buffer).set(content);
  return values;
}
