/** `ingest`, `validate` and `transform`: what they keep is taken from the cache when nothing that shapes it has changed. */
import {
  transformDocumentSchema,
  type TransformDocument,
} from '@trainyard/recommender/format/transformDocument';
import { cutText, type Dataset, type RunData, type TrainingSpec } from '@trainyard/shared';
import { z } from 'zod';
import { evict } from '../cache/eviction.js';
import { entryDigest, type StageOutput } from '../cache/stageCache.js';
import {
  checkTrainedColumns,
  formerIngestKey,
  ingest,
  ingestKey,
  ingestOutcomeSchema,
  ingestWarnings,
  type IngestOutcome,
} from '../data/ingest/ingest.js';
import { openTables, type OpenedTables } from '../data/source/openTables.js';
import {
  correctionSchema,
  CORRECTIONS_VERSION,
  countOutliers,
  outlierPolicies,
  type Correction,
} from '../data/transform/corrections.js';
import type { PieceCache } from '../data/transform/pieces.js';
import { checkMeasurable, measurabilityWarnings } from '../data/transform/measurability.js';
import { measuredCounts, measuredInWords } from '../data/transform/measuredInWords.js';
import {
  MEASURED_VERSION,
  measuredSplitsSchema,
  measureFolder,
  relevantSplitsSchema,
  type RelevantSplits,
} from '../data/transform/measuredRows.js';
import { rawRows } from '../data/transform/rawRows.js';
import { knownTimeColumn, timesOf } from '../data/transform/trainTimes.js';
import { withRows, type IngestedRows } from '../data/transform/rowsOf.js';
import {
  countRelevant,
  RELEVANT_VERSION,
  relevantSchema,
  writeRelevant,
} from '../data/transform/relevantRows.js';
import { splitNotesOf, splitRows } from '../data/transform/split/splitRows.js';
import { withCorrections } from '../data/validate/report.js';
import { rewriteValidation } from '../data/validate/writeReport.js';
import { transform, TRANSFORM_VERSION } from '../data/transform/transform.js';
import { openVocabularies, type OpenedVocabularies } from '../data/vocabularies/openVocabularies.js';
import { cacheLimits } from '../settings/limits.js';
import { fingerprintReference } from '../provenance/references.js';
import { unknownOf, useOf } from './featureFindings.js';
import type { Outputs, Stage, StageOutputs, StageWork } from './stage.js';
import { entryReference, validateStage, type DataContext } from './validateStage.js';

export function dataStages(context: DataContext): readonly Stage[] {
  // It is read before the rows: what does not fit is known before any time is spent on them.
  let opened: Promise<OpenedVocabularies | null> | undefined;
  const vocabularies = () => (opened ??= openVocabularies(context.spec, context));
  return [ingestStage(context, vocabularies), validateStage(context), transformStage(context, vocabularies)];
}

type Vocabularies = () => Promise<OpenedVocabularies | null>;

interface IngestKey {
  source: OpenedTables;
  ofRows: unknown;
}

/** The source has to be opened before it is known whether its rows are in the cache. */
function ingestStage(context: DataContext, vocabularies: Vocabularies): Stage<'ingest', IngestKey> {
  const { spec } = context;
  const { dataset } = spec;
  return {
    name: 'ingest',
    async key() {
      await vocabularies();
      const source = await openTables(dataset, context);
      return { source, ofRows: ingestKey(dataset, source) };
    },
    async run({ key: { source, ofRows }, keep }) {
      const rows = await keep({
        key: ofRows,
        outcome: ingestOutcomeSchema,
        produce: (folder) => ingestUnchanged(dataset, source, folder),
      });
      const { rowsRead, rowsKept } = rows.outcome;
      const data: RunData = {
        uri: cutText(nameOf(dataset), 2048),
        fingerprint: source.fingerprint.slice(0, 500),
        snapshot: rows.outcome.snapshot,
        rows: rowsKept,
        digest: rows.digest,
      };
      return {
        output: { ...rows, source, data },
        counts: {
          rowsRead,
          rowsKept,
          bytes: source.bytes,
          files: source.fileCount,
          outputBytes: rows.bytes,
        },
        warnings: ingestWarnings(spec, rows.outcome),
        lineage: {
          inputs: [fingerprintReference('source', nameOf(dataset), source.fingerprint, source.bytes)],
          outputs: [entryReference(context, 'rows', rows)],
        },
        data,
        afterwards() {
          for (const note of rows.outcome.notes) context.log('info', note);
          checkTrainedColumns(spec, rows.outcome);
        },
      };
    },
  };
}

/** As the specification names it; a query goes by what it is. */
function nameOf({ source }: Dataset): string {
  return source.uri ?? JSON.stringify(source.bigquery);
}

/** Nothing is kept of files that changed while they were read, and what they seem to be damaged by is that. */
async function ingestUnchanged(
  dataset: Dataset,
  source: OpenedTables,
  folder: string,
): Promise<IngestOutcome> {
  const files = await source.files();
  try {
    return await ingest(dataset, files, folder);
  } finally {
    await source.checkUnchanged();
  }
}

/** Of version 0.1. */
const FORMER_TRANSFORM_VERSION = 3;

/** The digest that version 0.1 gave to the encoded rows; undefined where they may be others. */
function formerDigest({ dataset, features }: TrainingSpec, source: OpenedTables): string | undefined {
  const ofRows = formerIngestKey(dataset, source);
  if (ofRows === undefined || hasPolicies(dataset) || dataset.vocabularies !== undefined) return undefined;
  // It did not say which columns are trimmed.
  if (Object.values(dataset.columns).some(({ trim }) => trim)) return undefined;
  const rows = entryDigest('ingest', ofRows);
  const key = { version: FORMER_TRANSFORM_VERSION, rows, split: dataset.split, features };
  return entryDigest('transform', key);
}

function transformStage(context: DataContext, vocabularies: Vocabularies): Stage<'transform'> {
  const { spec } = context;
  const { dataset, features } = spec;
  return {
    name: 'transform',
    key: async (outputs) => {
      const fixed = await vocabularies();
      return {
        version: TRANSFORM_VERSION,
        rows: outputs.of('ingest').digest,
        split: dataset.split,
        features,
        ...(hasPolicies(dataset) && { outliers: outlierPolicies(dataset) }),
        ...(fixed && { vocabularies: fixed.reference.digest }),
      };
    },
    async run({ outputs, key, keep }) {
      const { pieces, partCounts } = countedPieces(keep);
      const fixed = await vocabularies();
      const encoded = await keep({
        key,
        outcome: transformDocumentSchema,
        produce: (folder) => transform(spec, outputs.of('ingest'), pieces, folder, fixed),
      });
      const { outcome: splits } = await keep({
        key: { part: 'measured', version: MEASURED_VERSION, encoded: encoded.digest },
        outcome: measuredSplitsSchema,
        produce: async () => measureFolder(await encoded.files()),
      });
      const relevant = await relevantOf(spec, outputs.of('ingest'), { keep, pieces });
      const relevantSplits = await relevantSplitsOf(keep, encoded, relevant);
      const corrections = await correctionsOf(dataset, outputs.of('ingest'), { keep, pieces });
      const unknown = await unknownOf(spec, outputs.of('ingest'), fixed, {
        keep,
        pieces,
        encoded: encoded.digest,
      });
      const { columns } = outputs.of('validate').profile;
      const use = await useOf(spec, outputs, fixed, { keep, pieces, encoded: encoded.digest });
      const withNulls = new Set(columns.filter(({ nulls }) => nulls > 0).map(({ name }) => name));
      const notes = await splitNotesOf(keep, outputs.of('ingest'), dataset.split);
      const document = encoded.outcome;
      const measured = { spec, document, splits, relevant: relevantSplits, withNulls, ...notes };
      return {
        output: {
          ...encoded,
          measured: splits,
          relevant,
          formerDigest: formerDigest(spec, outputs.of('ingest').source),
          ...rowReaders(context, outputs, pieces),
        },
        counts: {
          ...countsOf(encoded.outcome),
          ...measuredCounts(measured),
          ...(hasPolicies(dataset) && { outliers: corrections.reduce((sum, { count }) => sum + count, 0) }),
          ...unknown.counts,
          ...partCounts(),
          outputBytes: encoded.bytes,
        },
        detail: measuredInWords(measured),
        warnings: [...unknown.warnings, ...use, ...measurabilityWarnings(measured)],
        lineage: {
          inputs: [entryReference(context, 'rows', outputs.of('ingest')), ...unknown.inputs],
          outputs: [entryReference(context, 'encoded', encoded)],
        },
        async afterwards() {
          for (const note of unknown.notes) context.log('info', note);
          if (hasPolicies(dataset)) {
            const { validation } = outputs.of('validate');
            await rewriteValidation(context.reportFolder, withCorrections(validation, corrections));
          }
          checkMeasurable(measured);
          await keepWithinLimits(context);
        },
      };
    },
  };
}

/** The parts that the transform is made of, and how many of them the cache had, each counted once. */
function countedPieces(keep: StageWork<unknown>['keep']): {
  pieces: PieceCache;
  partCounts: () => { partsMade: number; partsReused: number };
} {
  const reused = new Map<string, boolean>();
  return {
    pieces: async (piece) => {
      const output = await keep(piece);
      if (!reused.has(output.digest)) reused.set(output.digest, output.cacheHit);
      await output.files();
      return output;
    },
    partCounts() {
      const partsReused = [...reused.values()].filter((hit) => hit).length;
      return { partsMade: reused.size - partsReused, partsReused };
    },
  };
}

/** What later stages read of the rows themselves, opened when they do. */
function rowReaders(
  { spec, reportFolder }: DataContext,
  outputs: Outputs,
  pieces: PieceCache,
): Pick<StageOutputs['transform'], 'rawRows' | 'withRows' | 'testTimes'> {
  const ingested = outputs.of('ingest');
  const places = () => splitRows(pieces, ingested, spec.dataset.split);
  return {
    rawRows: async (split, rows, columns) =>
      rawRows(ingested, await places(), { split, rows, columns }, reportFolder),
    async withRows(work) {
      const { place } = await places();
      return withRows(ingested, reportFolder, (database) =>
        work({ database, columns: ingested.outcome.columns, place }),
      );
    },
    async testTimes() {
      const column = knownTimeColumn(spec);
      const isKept = ingested.outcome.columns.some(({ name }) => name === column);
      if (column === undefined || !isKept) return undefined;
      const seconds = await timesOf(pieces, ingested, await places(), 'test', column);
      return seconds && { column, seconds };
    },
  };
}

const hasPolicies = (dataset: Dataset) => Object.keys(outlierPolicies(dataset)).length > 0;

/** Null where the specification does not say which rows count as answers. */
async function relevantOf(
  { dataset, evaluation: { relevant: condition } }: TrainingSpec,
  ingested: IngestedRows,
  { keep, pieces }: Pick<StageWork<unknown>, 'keep'> & { pieces: PieceCache },
): Promise<StageOutput<{ relevant: number }> | null> {
  if (!condition) return null;
  return keep({
    key: {
      part: 'relevant',
      version: RELEVANT_VERSION,
      rows: ingested.digest,
      split: dataset.split,
      condition,
    },
    outcome: relevantSchema,
    produce: async (folder) => {
      const places = await splitRows(pieces, ingested, dataset.split);
      return writeRelevant(ingested, places, condition, folder);
    },
  });
}

/** How many rows of each split count; null where all do. */
async function relevantSplitsOf(
  keep: StageWork<unknown>['keep'],
  encoded: StageOutput<unknown>,
  relevant: StageOutput<unknown> | null,
): Promise<RelevantSplits | null> {
  if (!relevant) return null;
  const { outcome } = await keep({
    key: { part: 'relevantSplits', version: 1, encoded: encoded.digest, relevant: relevant.digest },
    outcome: relevantSplitsSchema,
    produce: async () => countRelevant(await encoded.files(), await relevant.files()),
  });
  return outcome;
}

/** Counted once for the same rows, split and settings; none where the specification says nothing of outliers. */
async function correctionsOf(
  dataset: Dataset,
  ingested: IngestedRows,
  { keep, pieces }: Pick<StageWork<unknown>, 'keep'> & { pieces: PieceCache },
): Promise<Correction[]> {
  if (!hasPolicies(dataset)) return [];
  const { outcome } = await keep({
    key: {
      part: 'corrections',
      version: CORRECTIONS_VERSION,
      rows: ingested.digest,
      split: dataset.split,
      outliers: outlierPolicies(dataset),
    },
    outcome: z.array(correctionSchema),
    produce: () => countOutliers(pieces, ingested, dataset),
  });
  return outcome;
}

function countsOf({ query, candidate, rows, target }: TransformDocument): Record<string, number> {
  return {
    queries: query.entities,
    items: candidate.entities - 1,
    ...rows,
    ...(target && { trainTargets: target.rows.train }),
  };
}

/** The cache of a machine serves all its runs, so it grows until somebody tidies up: each run does, once it has its data. */
async function keepWithinLimits({ cacheRoot, now, log }: DataContext): Promise<void> {
  const evicted = await evict(cacheRoot, cacheLimits(), now());
  if (evicted.entries > 0)
    log('info', 'outputs that were used least lately have left the cache', { ...evicted });
}
