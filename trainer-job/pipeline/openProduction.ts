/** Opens the version that serves, so that the new model is compared with it on the same rows. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RATING_FILE, RATING_FOLDER } from '@trainyard/recommender/format/files';
import { readVectors } from '@trainyard/recommender/model/catalogue';
import { openModelDirectory, readDirectory } from '@trainyard/recommender/node';
import type { DataReference, TrainingSpec } from '@trainyard/shared';
import { z } from 'zod';
import {
  leftOutOf,
  PRODUCTION,
  type Production,
  type ServingModel,
} from '../evaluate/production/production.js';
import { bringModel } from '../home/bringModel.js';
import { pathReference } from '../provenance/references.js';
import type { Attempt } from './attempt.js';
import { unlessStopped } from './runStages.js';
import type { Outputs } from './stage.js';

export interface OpenedProduction {
  serving: ServingModel;
  /** What `evaluate` reads of it. */
  inputs: DataReference[];
}

/** Never fails the run: why it could not be opened is said in the report. */
export async function openProduction(
  attempt: Attempt,
  spec: TrainingSpec,
  outputs: Outputs,
): Promise<OpenedProduction> {
  const { settings, reporter, stop } = attempt;
  const { production: place } = settings;
  if (place === null) return { serving: null, inputs: [] };
  const opened = open(attempt, place, spec, outputs).catch((error: unknown): OpenedProduction => {
    const reason = error instanceof Error ? error.message : String(error);
    const why = `the version that serves, ${place.uri}, could not be opened: ${reason}`;
    return {
      serving: leftOutOf(PRODUCTION, why, 'check that its folder is still there and whole'),
      inputs: [],
    };
  });
  const { serving, inputs } = await unlessStopped(stop, opened);
  if (serving && 'why' in serving)
    reporter.log('warn', `nothing is compared with production: ${serving.why}`);
  return { serving, inputs };
}

async function open(
  { settings, stop }: Attempt,
  place: NonNullable<Attempt['settings']['production']>,
  spec: TrainingSpec,
  outputs: Outputs,
): Promise<OpenedProduction> {
  const { uri, version } = place;
  const folder = await bringModel(place, settings, stop.signal);
  const model = await openModelDirectory(folder);
  const reference = await pathReference('production', folder, uri);
  const inputs = reference ? [reference] : [];
  const { columns: read } = model;
  const known = new Set(outputs.of('ingest').outcome.columns.map(({ name }) => name));
  const missing = read.query.filter((column) => !known.has(column));
  if (missing.length > 0) {
    const why = `the version that serves, ${uri}, reads columns of queries that these data do not have: ${missing.join(', ')}`;
    return {
      serving: leftOutOf(PRODUCTION, why, 'keep these columns: dataset.select names those that are kept'),
      inputs,
    };
  }
  const itemVectors =
    model.type === 'ranking'
      ? null
      : await readVectors(readDirectory(folder), model.items.length, model.width);
  const serving: Production = {
    version,
    uri,
    model,
    itemVectors,
    predictsSame: model.type !== 'retrieval' && (await predictsSame(folder, spec)),
    valuesOf: (split, rows) => outputs.of('transform').rawRows(split, rows, read.query),
  };
  return { serving, inputs };
}

const ratingSchema = z.object({
  rating: z.object({ loss: z.object({ type: z.string() }) }),
  target: z.object({ threshold: z.number().nullish() }),
});
const metadataSchema = z.object({
  run: z.object({ spec: z.object({ features: z.object({ target: z.object({ column: z.string() }) }) }) }),
});

/** Whether it predicts the column that this model predicts, as numbers or as yes and no alike. Models of before may not name the column. */
async function predictsSame(folder: string, { features, model }: TrainingSpec): Promise<boolean> {
  const { target } = features;
  if (!target) return false;
  const rating = ratingSchema.parse(await jsonOf(join(folder, RATING_FOLDER, RATING_FILE)));
  const metadata = metadataSchema.safeParse(await jsonOf(join(folder, 'model_metadata.json')));
  if (metadata.success && metadata.data.run.spec.features.target.column !== target.column) return false;
  const isBinary = (threshold: number | null | undefined, loss: string | undefined) =>
    (threshold ?? null) !== null || loss === 'binaryCrossEntropy';
  return (
    (rating.target.threshold ?? null) === (target.threshold ?? null) &&
    isBinary(rating.target.threshold, rating.rating.loss.type) ===
      isBinary(target.threshold, model.rating?.loss.type)
  );
}

async function jsonOf(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
