/** What the data have and the given vocabularies lack: counted with the encoded rows, and said. */
import { featureName, runWarning, type RunWarning, type TrainingSpec, whole } from '@trainyard/shared';
import { z } from 'zod';
import { encodeFeature } from '../transform/encodeFeature.js';
import { unknownValuesSchema } from '../transform/encoding.js';
import type { PieceCache } from '../transform/pieces.js';
import type { IngestedRows } from '../transform/rowsOf.js';
import { splitRows } from '../transform/split/splitRows.js';
import type { FixedVocabularies } from './fixedVocabularies.js';

/** Raise it when the same rows and vocabularies would be counted otherwise. */
export const UNKNOWN_VERSION = 1;

export const unknownOfFeatureSchema = unknownValuesSchema.extend({
  tower: z.enum(['query', 'candidate']),
  feature: z.string(),
  size: z.int(),
  trainingRows: z.int(),
});
type UnknownOfFeature = z.infer<typeof unknownOfFeatureSchema>;

/** Of each feature that has a vocabulary, in the order of the specification. The features are taken from the cache, which the transform has filled. */
export async function unknownValues(
  cache: PieceCache,
  ingested: IngestedRows,
  { dataset, features }: Pick<TrainingSpec, 'dataset' | 'features'>,
  vocabularies: FixedVocabularies,
): Promise<UnknownOfFeature[]> {
  const split = await splitRows(cache, ingested, dataset.split);
  const found: UnknownOfFeature[] = [];
  for (const tower of ['query', 'candidate'] as const) {
    for (const feature of features[tower]) {
      const vocabulary = vocabularies.of(tower, feature);
      if (!vocabulary) continue;
      const { unknown } = await encodeFeature(cache, ingested, split, feature, { vocabulary });
      if (!unknown) throw new Error(`${featureName(feature)} was encoded without its vocabulary`);
      const name = featureName(feature);
      found.push({
        tower,
        feature: name,
        size: vocabulary.length,
        trainingRows: split.rows.train,
        ...unknown,
      });
    }
  }
  return found;
}

/** `product: 3 values, in 45 of 1,000 training rows, …`, for each feature whose training rows have values without a row. */
export function unknownWarnings(found: readonly UnknownOfFeature[], uri: string): RunWarning[] {
  return found
    .filter(({ trainRows }) => trainRows > 0)
    .map((one) =>
      runWarning(
        'values-not-in-vocabulary',
        `the ${one.tower} feature ${JSON.stringify(one.feature)} has ${counted(one)} that the vocabulary of ${uri} lacks: they count as unknown`,
        'add the values at the end of their list, or leave dataset.vocabularies out',
      ),
    );
}

/** What is no fault and good to know, in sentences. */
export function unknownNotes(found: readonly UnknownOfFeature[], uri: string): string[] {
  return found.flatMap((one) => {
    const of = `the vocabulary of the ${one.tower} feature ${JSON.stringify(one.feature)} in ${uri}`;
    return [
      ...(one.unused > 0
        ? [`${whole(one.unused)} of the ${whole(one.size)} values of ${of} are in no training row`]
        : []),
      ...(one.trainRows === 0 && one.rows > 0
        ? [
            `${whole(one.values)} values, in ${whole(one.rows)} rows that are not for training, are not in ${of}`,
          ]
        : []),
    ];
  });
}

function counted({ values, rows, trainRows, trainingRows }: UnknownOfFeature): string {
  const others = rows - trainRows;
  return `${whole(values)} ${values === 1 ? 'value' : 'values'}, in ${whole(trainRows)} of ${whole(trainingRows)} training rows${others > 0 ? ` and ${whole(others)} others` : ''},`;
}
