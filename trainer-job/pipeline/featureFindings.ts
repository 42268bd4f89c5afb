/** What there is to say of features once they are encoded: values that given vocabularies lack, and columns of which little is made. */
import type { DataReference, RunWarning, TrainingSpec } from '@trainyard/shared';
import { z } from 'zod';
import type { PieceCache } from '../data/transform/pieces.js';
import type { IngestedRows } from '../data/transform/rowsOf.js';
import {
  featureUse,
  featureUseSchema,
  FEATURE_USE_VERSION,
  rowUseSchema,
} from '../data/transform/use/featureUse.js';
import { useWarnings } from '../data/transform/use/useWarnings.js';
import type { OpenedVocabularies } from '../data/vocabularies/openVocabularies.js';
import {
  UNKNOWN_VERSION,
  unknownNotes,
  unknownOfFeatureSchema,
  unknownValues,
  unknownWarnings,
} from '../data/vocabularies/unknownValues.js';
import type { Outputs, StageWork } from './stage.js';

interface Kept extends Pick<StageWork<unknown>, 'keep'> {
  pieces: PieceCache;
  /** The digest of the encoded features. */
  encoded: string;
}

/** What there is to say of vocabularies that are given; nothing where none are. */
export async function unknownOf(
  spec: TrainingSpec,
  ingested: IngestedRows,
  fixed: OpenedVocabularies | null,
  { keep, pieces, encoded }: Kept,
): Promise<{
  counts: Record<string, number>;
  warnings: RunWarning[];
  notes: string[];
  inputs: DataReference[];
}> {
  if (!fixed) return { counts: {}, warnings: [], notes: [], inputs: [] };
  const { outcome } = await keep({
    key: { part: 'unknownValues', version: UNKNOWN_VERSION, encoded },
    outcome: z.array(unknownOfFeatureSchema),
    produce: () => unknownValues(pieces, ingested, spec, fixed),
  });
  const uri = fixed.reference.uri ?? '';
  return {
    counts: { unknownValues: outcome.reduce((sum, { values }) => sum + values, 0) },
    warnings: unknownWarnings(outcome, uri),
    notes: unknownNotes(outcome, uri),
    inputs: [fixed.reference],
  };
}

/** Warnings of features that make little of their columns. */
export async function useOf(
  spec: TrainingSpec,
  outputs: Outputs,
  fixed: OpenedVocabularies | null,
  { keep, pieces, encoded }: Kept,
): Promise<RunWarning[]> {
  const { query, candidate } = spec.features;
  if ([...query, ...candidate].every(({ id }) => id)) return [];
  const { outcome } = await keep({
    key: { part: 'featureUses', version: FEATURE_USE_VERSION, encoded },
    outcome: z.array(featureUseSchema),
    // Of one feature it is a part of its own, so that a changed feature is counted alone.
    produce: () =>
      featureUse(pieces, outputs.of('ingest'), spec, fixed, async (feature, produce) => {
        const part = { part: 'featureUse', version: FEATURE_USE_VERSION, feature };
        return (await keep({ key: part, outcome: rowUseSchema, produce })).outcome;
      }),
  });
  const { columns } = outputs.of('validate').profile;
  const { rowsKept } = outputs.of('ingest').outcome;
  const constant = columns.filter(
    ({ distinct, nulls }) => nulls === rowsKept || (distinct === 1 && nulls === 0),
  );
  return useWarnings(outcome, spec, new Set(constant.map(({ name }) => name)));
}
