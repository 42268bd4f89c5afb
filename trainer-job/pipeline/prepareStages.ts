import {
  transformDocumentSchema,
  type TransformDocument,
} from '@trainyard/recommender/format/transformDocument';
import type { Dataset, StageName, TrainingSpec } from '@trainyard/shared';
import { cacheLimits } from '../settings/limits.js';
import {
  checkTrainedColumns,
  ingest,
  ingestKey,
  ingestOutcomeSchema,
  ingestWarnings,
  type IngestOutcome,
} from '../data/ingest/ingest.js';
import type { SourceContext } from '../data/source/openSource.js';
import { openTables, type OpenedTables } from '../data/source/openTables.js';
import type { PieceCache } from '../data/transform/pieces.js';
import { transform, TRANSFORM_VERSION } from '../data/transform/transform.js';
import { driftedColumns } from '../data/validate/drift/lastingColumns.js';
import { violations } from '../data/validate/report.js';
import { evict } from '../cache/eviction.js';
import type { EntryMirror } from '../cache/entryMirror.js';
import { StageCache, type StageOutput, type StageRequest } from '../cache/stageCache.js';
import { runValidate } from './validateStage.js';

export interface StageReport {
  stage: StageName;
  seconds: number;
  cacheHit: boolean;
  counts: Record<string, number>;
  detail: string;
}

export interface PrepareRequest extends SourceContext {
  spec: TrainingSpec;
  /** Gets the profile and the validation of the data, for people too. */
  reportFolder: string;
  /** What people are told of where it is, if that is elsewhere in the end. */
  reportPlace?: string;
  /** Keeps the cache's entries for other machines as well. */
  mirror?: EntryMirror;
  now(): Date;
  onStageStart(stage: StageName): void;
  onStage(report: StageReport): void;
}

export interface Prepared {
  /** Holds what `readEncodedDataset` reads. */
  encodedFolder: string;
  /** Resolves with that folder when everything is in it. */
  encodedFiles(this: void): Promise<string>;
  /** Of all that shaped what is in that folder. */
  encodedDigest: string;
  /** Of the source's bytes. */
  dataFingerprint: string;
  /** When the rows were read where they came from; null for files, which their fingerprint identifies. */
  dataSnapshot: string | null;
  manifest: TransformDocument;
  /** Ends the hold on the cache's entries: from then on other runs may evict them. */
  release(this: void): void;
}

/** `ingest`, `validate` and `transform`, each taken from the cache when nothing that shapes it has changed. */
export async function prepare(request: PrepareRequest): Promise<Prepared> {
  const { spec } = request;
  const recompute = new Set(spec.compute.forceRecompute);
  const cache = new StageCache(request.cacheRoot, recompute, () => request.now(), request.mirror);
  try {
    return await prepareWith(cache, request);
  } catch (error) {
    cache.close();
    throw error;
  }
}

async function prepareWith(cache: StageCache, request: PrepareRequest): Promise<Prepared> {
  const { spec } = request;
  const run = async <T>(
    stageRequest: StageRequest<T>,
    describe: (output: StageOutput<T>) => Pick<StageReport, 'counts' | 'detail'>,
    began?: number,
  ): Promise<StageOutput<T>> => {
    const output = await cache.run(stageRequest);
    const seconds = began === undefined ? output.seconds : (performance.now() - began) / 1000;
    request.onStage({
      stage: stageRequest.stage,
      seconds,
      cacheHit: output.cacheHit,
      ...describe(output),
    });
    return output;
  };

  request.onStageStart('ingest');
  const began = performance.now();
  const source = await openTables(spec.dataset, request);
  const { dataset, features } = spec;
  const ingested = await run(
    {
      stage: 'ingest',
      key: ingestKey(dataset, source),
      outcome: ingestOutcomeSchema,
      produce: (folder) => ingestUnchanged(dataset, source, folder),
    },
    ({ outcome: { rowsRead, rowsKept }, bytes: outputBytes }) => ({
      counts: { rowsRead, rowsKept, bytes: source.bytes, files: source.fileCount, outputBytes },
      detail: '',
    }),
    began,
  );
  checkTrainedColumns(spec, ingested.outcome);
  for (const warning of ingestWarnings(ingested.outcome)) request.log('warn', warning);

  request.onStageStart('validate');
  await validateAndTell({ ...request, cache }, ingested);

  request.onStageStart('transform');
  /** Of the parts that the transform is made of: whether the cache had them, by their key. */
  const reused = new Map<string, boolean>();
  const pieces: PieceCache = async (piece) => {
    const output = await cache.run({ stage: 'transform', ...piece });
    if (!reused.has(output.digest)) reused.set(output.digest, output.cacheHit);
    await output.files();
    return output;
  };
  const transformed = await run(
    {
      stage: 'transform',
      key: { version: TRANSFORM_VERSION, rows: ingested.digest, split: dataset.split, features },
      outcome: transformDocumentSchema,
      produce: (folder) => transform(spec, ingested, pieces, folder),
    },
    ({ outcome: { query, candidate, rows, target }, bytes: outputBytes }) => ({
      counts: {
        queries: query.entities,
        items: candidate.entities - 1,
        ...rows,
        ...(target && { trainTargets: target.rows.train }),
        partsMade: [...reused.values()].filter((hit) => !hit).length,
        partsReused: [...reused.values()].filter((hit) => hit).length,
        outputBytes,
      },
      detail: '',
    }),
  );
  await keepWithinLimits(request);
  return {
    encodedFolder: transformed.folder,
    encodedFiles: transformed.files,
    encodedDigest: transformed.digest,
    dataFingerprint: source.fingerprint,
    dataSnapshot: ingested.outcome.snapshot,
    manifest: transformed.outcome,
    release: () => cache.close(),
  };
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

/** The cache of a machine serves all its runs, so it grows until somebody tidies up: each run does, once it has its data. */
async function keepWithinLimits(request: PrepareRequest): Promise<void> {
  const evicted = await evict(request.cacheRoot, cacheLimits(), request.now());
  if (evicted.entries > 0)
    request.log('info', 'outputs that were used least lately have left the cache', { ...evicted });
}

/** `validate`, which is cached in parts of its own. */
async function validateAndTell(
  request: PrepareRequest & { cache: StageCache },
  ingested: StageOutput<IngestOutcome>,
): Promise<void> {
  const began = performance.now();
  const {
    profile,
    validation,
    cacheHit,
    bytes: outputBytes,
  } = await runValidate({ ...request, ingested, now: request.now() });
  const violated = violations(validation, 'warning').map(({ message }) => message);
  const unchecked = validation.findings.filter(({ outcome }) => outcome === 'notChecked');
  request.onStage({
    stage: 'validate',
    seconds: (performance.now() - began) / 1000,
    cacheHit,
    counts: {
      columns: profile.columns.length,
      expectations: new Set(validation.findings.map(({ expectation }) => expectation)).size,
      warnings: validation.warnings.length + violated.length,
      drifted: driftedColumns(profile, validation.drift).length,
      outputBytes,
    },
    detail: violated.join('; ').slice(0, 1000),
  });
  for (const warning of [...validation.warnings, ...violated]) request.log('warn', warning);
  for (const { message } of validation.schema_changes) request.log('warn', `since the reference: ${message}`);
  for (const { expectation, message } of unchecked) request.log('info', `${expectation.expect}: ${message}`);
}
