/** A rating head on disk: `rating.json` says how it is built and what it predicts, `weights.bin` holds its matrices. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ratingSchema } from '@trainyard/shared';
import { z } from 'zod';
import { decodedTarget, fittedTargetSchema } from '@trainyard/recommender/encode/target';
import { RatingHead } from '../model/ratingHead.js';
import type { RatingModel } from '../model/twoTowerModel.js';
import { loadArrays, saveArrays, savedArraysSchema } from './savedArrays.js';

const FILE = 'rating.json';

const savedRatingSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Of the towers' outputs. */
  widths: z.strictObject({ query: z.int().min(1), candidate: z.int().min(1) }),
  rating: ratingSchema,
  target: fittedTargetSchema,
  weights: savedArraysSchema,
});

export async function saveRating(folder: string, { head, target }: RatingModel): Promise<void> {
  await mkdir(folder, { recursive: true });
  const description: z.input<typeof savedRatingSchema> = {
    schemaVersion: 1,
    widths: head.widths,
    rating: head.spec,
    target,
    weights: await saveArrays(folder, [...head.parameters, ...head.state]),
  };
  await writeFile(join(folder, FILE), `${JSON.stringify(description, null, 2)}\n`);
}

/** Predicts the target of a query with each of the items, by the outputs of their towers: in the target's own units. */
export type SavedRating = (query: Float32Array, items: Float32Array) => Float64Array;

/** Fails when the files do not belong together. */
export async function loadRating(folder: string): Promise<SavedRating> {
  const saved = savedRatingSchema.parse(JSON.parse(await readFile(join(folder, FILE), 'utf8')));
  const { widths, rating, target, weights } = saved;
  const head = new RatingHead(widths, rating, 0);
  await loadArrays(folder, FILE, weights, [...head.parameters, ...head.state]);
  return (query, items) => {
    const count = items.length / widths.candidate;
    const pass = head.forward({
      queries: query,
      items,
      pairQuery: new Int32Array(count),
      pairItem: Int32Array.from({ length: count }, (_, i) => i),
    });
    pass.dispose();
    const { outputs, prediction } = head.loss;
    return Float64Array.from({ length: count }, (_, i) =>
      decodedTarget(target, prediction(pass.logits, i * outputs)),
    );
  };
}
