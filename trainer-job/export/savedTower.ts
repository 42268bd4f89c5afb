/**
 * A tower on disk: `tower.json` says how it is built and where each matrix lies in `weights.bin`, little-endian float32,
 * row-major. Nothing else is needed to embed.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trainingSpecSchema, type TrainingSpec } from '@trainyard/shared';
import { z } from 'zod';
import type { EncodedTower } from '../data/encodedDataset.js';
import { scaleVectors } from '../model/similarity.js';
import { Tower } from '../model/tower.js';

const savedTowerSchema = z.strictObject({
  schemaVersion: z.literal(1),
  tower: z.enum(['query', 'candidate']),
  /** Of the output vectors; scores are their products. */
  width: z.int().min(1),
  spec: trainingSpecSchema,
  features: z.array(
    z.strictObject({ name: z.string(), column: z.string(), vocabularySize: z.int(), dim: z.int() }),
  ),
  idFeature: z.int().min(0),
  /** `offset` and `rows * columns` in elements. */
  weights: z.array(z.strictObject({ name: z.string(), rows: z.int(), columns: z.int(), offset: z.int() })),
});

export async function saveTower(folder: string, tower: Tower, spec: TrainingSpec): Promise<void> {
  let offset = 0;
  const weights = tower.parameters.map(({ name, rows, columns }) => {
    const entry = { name, rows, columns, offset };
    offset += rows * columns;
    return entry;
  });
  const description: z.input<typeof savedTowerSchema> = {
    schemaVersion: 1,
    tower: tower.name,
    width: tower.width,
    spec,
    features: [...tower.data.features],
    idFeature: tower.data.idFeature,
    weights,
  };
  await mkdir(folder, { recursive: true });
  const bytes = tower.parameters.map(({ values }) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  await writeFile(join(folder, 'weights.bin'), bytes);
  await writeFile(join(folder, 'tower.json'), `${JSON.stringify(description, null, 2)}\n`);
}

export interface SavedTower {
  width: number;
  /** The features in the order that `embed` takes their vocabulary indices in. */
  features: EncodedTower['features'];
  idFeature: number;
  /** [count, width] from [count, features] vocabulary indices. */
  embed(indices: Int32Array): Float32Array;
}

/** Fails when the files do not belong together. */
export async function loadTower(folder: string): Promise<SavedTower> {
  const saved = savedTowerSchema.parse(JSON.parse(await readFile(join(folder, 'tower.json'), 'utf8')));
  const { features, idFeature, spec, width } = saved;
  const tower = new Tower(saved.tower, { features, idFeature, entities: 0, table: new Int32Array() }, spec);
  const content = await readFile(join(folder, 'weights.bin'));
  const entries = new Map(saved.weights.map((entry) => [entry.name, entry]));
  for (const parameter of tower.parameters) {
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
    embed(indices) {
      const entities = Int32Array.from({ length: indices.length / features.length }, (_, i) => i);
      const pass = tower.forward(entities, indices);
      pass.dispose();
      return scaleVectors(pass.output, width, spec.model, saved.tower).vectors;
    },
  };
}
