/**
 * A tower on disk: `tower.json` says how it is built and where each matrix lies in `weights.bin`, little-endian float32,
 * row-major. Nothing else is needed to embed.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trainingSpecSchema, type Model, type TrainingSpec } from '@trainyard/shared';
import { z } from 'zod';
import { towerInMemory, type EntityRows } from '../data/encodedDataset.js';
import { encodedFeatureSchema, type EncodedFeature } from '@trainyard/recommender/encode/encodedFeature';
import type { Parameter } from '../model/parameter.js';
import { Tower } from '../model/tower.js';
import { loadArrays, saveArrays, savedArraysSchema } from './savedArrays.js';

const savedTowerSchema = z.strictObject({
  schemaVersion: z.literal(2),
  tower: z.enum(['query', 'candidate']),
  /** Of the output vectors; scores are their products. */
  width: z.int().min(1),
  spec: trainingSpecSchema,
  features: z.array(encodedFeatureSchema),
  idFeature: z.int().min(0),
  weights: savedArraysSchema,
});

export async function saveTower(folder: string, tower: Tower, spec: TrainingSpec): Promise<void> {
  await mkdir(folder, { recursive: true });
  const description: z.input<typeof savedTowerSchema> = {
    schemaVersion: 2,
    tower: tower.name,
    width: tower.width,
    spec,
    features: [...tower.data.features],
    idFeature: tower.data.idFeature,
    weights: await saveArrays(folder, arraysOf(tower)),
  };
  await writeFile(join(folder, 'tower.json'), `${JSON.stringify(description, null, 2)}\n`);
}

export interface SavedTower {
  /** The model that it is a tower of. */
  model: Model;
  width: number;
  /** The features in the order that `embed` takes their encodings in. */
  features: readonly EncodedFeature[];
  idFeature: number;
  /** [count, width] */
  embed(rows: EntityRows): Float32Array;
  /** [count, width]: what a rating head takes. */
  output(rows: EntityRows): Float32Array;
}

/** Fails when the files do not belong together. */
export async function loadTower(folder: string): Promise<SavedTower> {
  const saved = savedTowerSchema.parse(JSON.parse(await readFile(join(folder, 'tower.json'), 'utf8')));
  const { features, idFeature, spec, width } = saved;
  const none = { indices: new Int32Array(), numbers: new Float32Array() };
  const tower = new Tower(saved.tower, towerInMemory(features, idFeature, none), spec);
  await loadArrays(folder, 'tower.json', saved.weights, arraysOf(tower));
  const output = (rows: EntityRows) => {
    const pass = tower.forward(rows);
    pass.dispose();
    return pass.output;
  };
  return {
    model: spec.model,
    width,
    features,
    idFeature,
    embed: (rows) => tower.scale(output(rows)).vectors,
    output,
  };
}

function arraysOf(tower: Tower): Parameter[] {
  return [...tower.parameters, ...tower.state];
}
