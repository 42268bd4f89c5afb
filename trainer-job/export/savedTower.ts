/**
 * A tower on disk: `tower.json` says how it is built and where each matrix lies in `weights.bin`, little-endian float32,
 * row-major. Nothing else is needed to embed.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trainingSpecSchema, type TrainingSpec } from '@trainyard/shared';
import { z } from 'zod';
import { towerInMemory, type EntityRows } from '../data/encodedDataset.js';
import { encodedFeatureSchema, type EncodedFeature } from '../features/encodedFeature.js';
import { Tower } from '../model/tower.js';

const savedTowerSchema = z.strictObject({
  schemaVersion: z.literal(2),
  tower: z.enum(['query', 'candidate']),
  /** Of the output vectors; scores are their products. */
  width: z.int().min(1),
  spec: trainingSpecSchema,
  features: z.array(encodedFeatureSchema),
  idFeature: z.int().min(0),
  /** `offset` and `rows * columns` in elements. */
  weights: z.array(z.strictObject({ name: z.string(), rows: z.int(), columns: z.int(), offset: z.int() })),
});

export async function saveTower(folder: string, tower: Tower, spec: TrainingSpec): Promise<void> {
  let offset = 0;
  const arrays = [...tower.parameters, ...tower.state];
  const weights = arrays.map(({ name, rows, columns }) => {
    const entry = { name, rows, columns, offset };
    offset += rows * columns;
    return entry;
  });
  const description: z.input<typeof savedTowerSchema> = {
    schemaVersion: 2,
    tower: tower.name,
    width: tower.width,
    spec,
    features: [...tower.data.features],
    idFeature: tower.data.idFeature,
    weights,
  };
  await mkdir(folder, { recursive: true });
  const bytes = arrays.map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  await writeFile(join(folder, 'weights.bin'), bytes);
  await writeFile(join(folder, 'tower.json'), `${JSON.stringify(description, null, 2)}\n`);
}

export interface SavedTower {
  width: number;
  /** The features in the order that `embed` takes their encodings in. */
  features: readonly EncodedFeature[];
  idFeature: number;
  /** [count, width] */
  embed(rows: EntityRows): Float32Array;
}

/** Fails when the files do not belong together. */
export async function loadTower(folder: string): Promise<SavedTower> {
  const saved = savedTowerSchema.parse(JSON.parse(await readFile(join(folder, 'tower.json'), 'utf8')));
  const { features, idFeature, spec, width } = saved;
  const none = { indices: new Int32Array(), numbers: new Float32Array() };
  const tower = new Tower(saved.tower, towerInMemory(features, idFeature, none), spec);
  const content = await readFile(join(folder, 'weights.bin'));
  const entries = new Map(saved.weights.map((entry) => [entry.name, entry]));
  for (const parameter of [...tower.parameters, ...tower.state]) {
    const entry = entries.get(parameter.name);
    if (entry?.rows !== parameter.rows || entry.columns !== parameter.columns) {
      throw new Error(`${folder}: tower.json and its weights disagree about ${parameter.name}`);
    }
    const { values } = parameter;
    const bytes = content.subarray(entry.offset * 4, entry.offset * 4 + values.byteLength);
    if (bytes.length !== values.byteLength) throw new Error(`${folder}: weights.bin is too short`);
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength).set(bytes);
  }
  return {
    width,
    features,
    idFeature,
    embed(rows) {
      const pass = tower.forward(rows);
      pass.dispose();
      return tower.scale(pass.output).vectors;
    },
  };
}
