/** Writes a rating head as the recommender reads it: `rating.json` and `weights.bin`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RATING_FILE } from '@trainyard/recommender/format/files';
import { ratingDocumentSchema } from '@trainyard/recommender/format/ratingDocument';
import type { z } from 'zod';
import type { RatingModel } from '../model/twoTowerModel.js';
import { saveArrays } from './savedArrays.js';

export async function saveRating(folder: string, { head, target }: RatingModel): Promise<void> {
  await mkdir(folder, { recursive: true });
  const document: z.input<typeof ratingDocumentSchema> = {
    schemaVersion: 1,
    widths: head.widths,
    rating: head.spec,
    target,
    weights: await saveArrays(folder, [...head.parameters, ...head.state]),
  };
  const text = JSON.stringify(ratingDocumentSchema.parse(document), null, 2);
  await writeFile(join(folder, RATING_FILE), `${text}\n`);
}
