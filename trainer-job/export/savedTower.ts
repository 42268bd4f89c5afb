/** Writes a tower as the recommender reads it: `tower.json` and `weights.bin`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TOWER_FILE } from '@trainyard/recommender/format/files';
import { towerDocumentSchema } from '@trainyard/recommender/format/towerDocument';
import type { Model } from '@trainyard/shared';
import type { z } from 'zod';
import { makeFolder } from '@trainyard/shared/makeFolder';
import type { Tower } from '../model/tower.js';
import { saveArrays } from './savedArrays.js';

export async function saveTower(folder: string, tower: Tower, model: Model): Promise<void> {
  await makeFolder(folder);
  const { type, similarity, temperature } = model;
  const document: z.input<typeof towerDocumentSchema> = {
    schemaVersion: 3,
    tower: tower.name,
    width: tower.width,
    features: [...tower.data.features],
    idFeature: tower.data.idFeature,
    layers: model[tower.name].layers,
    model: { type, similarity, temperature: typeof temperature === 'number' ? temperature : 'learned' },
    weights: await saveArrays(folder, [...tower.parameters, ...tower.state]),
  };
  const text = JSON.stringify(towerDocumentSchema.parse(document), null, 2);
  await writeFile(join(folder, TOWER_FILE), `${text}\n`);
}
