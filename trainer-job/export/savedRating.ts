/** Writes a rating head as the recommender reads it: `rating.json` and `weights.bin`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RATING_FILE } from '@trainyard/recommender/format/files';
import { RATING_VERSIONS, type RatingDocument } from '@trainyard/recommender/format/ratingDocument';
import type { Calibration } from '@trainyard/recommender/layers/calibration';
import { makeFolder } from '@trainyard/shared/makeFolder';
import type { RatingModel } from '../model/twoTowerModel.js';
import { saveArrays } from './savedArrays.js';

/** What predictions go through after the head is saved with it, where there is such a thing. */
export async function saveRating(
  folder: string,
  { head, target }: RatingModel,
  calibration?: Calibration | null,
): Promise<void> {
  await makeFolder(folder);
  const document: RatingDocument = {
    ...(calibration ? { schemaVersion: 2, calibration } : { schemaVersion: 1 }),
    widths: head.widths,
    rating: head.spec,
    target,
    weights: await saveArrays(folder, [...head.parameters, ...head.state]),
  };
  const text = JSON.stringify(RATING_VERSIONS[document.schemaVersion].parse(document), null, 2);
  await writeFile(join(folder, RATING_FILE), `${text}\n`);
}
