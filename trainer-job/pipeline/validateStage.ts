import { ownValue } from '@trainyard/shared/common';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  cutText,
  digestOf,
  idFeature,
  runWarning,
  type DataReference,
  type RunWarning,
  type TrainingSpec,
} from '@trainyard/shared';
import { z } from 'zod';
import { literal, withDatabase, type Database } from '../data/database.js';
import { ROWS_FILE, type IngestOutcome } from '../data/ingest/ingest.js';
import type { SourceContext } from '../data/source/openSource.js';
import {
  ALIKE_VERSION,
  alikeCountsSchema,
  alikeWarnings,
  countAlike,
  idColumns,
  lookedUpTexts,
} from '../data/validate/alikeValues.js';
import {
  countInfinite,
  infiniteColumns,
  infiniteCountsSchema,
  infiniteWarnings,
} from '../data/validate/infinite.js';
import { checkAnyRows, checkTrainable, warningsOf } from '../data/validate/basicChecks.js';
import { columnDrifts, driftCounts, driftCountsSchema } from '../data/validate/drift/columnDrift.js';
import { driftedColumns } from '../data/validate/drift/lastingColumns.js';
import { judgeByProfile, type Evidence } from '../data/validate/expectations/profileChecks.js';
import { checkRows, needsRows, type RowExpectation } from '../data/validate/expectations/rowChecks.js';
import { judgeRows } from '../data/validate/expectations/rowFindings.js';
import { rowResultSchema, type RowResult } from '../data/validate/expectations/rowResult.js';
import { listWarnings } from '../data/validate/listColumns.js';
import {
  asksForOutliers,
  outlierShares,
  outlierSharesSchema,
  type OutlierShare,
} from '../data/validate/outlierShares.js';
import { measureProfile } from '../data/validate/profile/measureProfile.js';
import { profileSchema, type Profile } from '@trainyard/shared/profile/profile';
import type { ColumnDrift, Finding, Validation } from '@trainyard/shared/profile/validation';
import { findReference, keepAsReference } from '../data/validate/reference.js';
import { validationOf, violationError, violations } from '../data/validate/report.js';
import { schemaChanges, schemaOf } from '../data/validate/schema.js';
import { findLeaks, leakQuestion, leaksSchema, leakWarnings } from '../data/validate/targetLeaks.js';
import {
  measureTimeUnits,
  timesUsed,
  timeUnitsSchema,
  unitSentence,
  withTimeUnits,
} from '../data/validate/timeUnits.js';
import { writeReport } from '../data/validate/writeReport.js';
import { limitDataMemory } from '../memory/dataBound.js';
import { dataLimits } from '../settings/limits.js';
import type { EntryMirror } from '../cache/entryMirror.js';
import type { StageOutput } from '../cache/stageCache.js';
import { pathReference } from '../provenance/references.js';
import type { Stage, StageLineage, StageOutputs, StageWork, Validated } from './stage.js';

/** Raise it when the profile, the checks of rows or the counts of drift change. */
const VALIDATE_VERSION = 4;

/** What the data stages are made for. */
export interface DataContext extends SourceContext {
  spec: TrainingSpec;
  /** Gets `profile.json`, `schema.json`, `validation.json` and `profile.html`, also when the run ends here. */
  reportFolder: string;
  /** What people are told of where that is, if it is elsewhere in the end. */
  reportPlace?: string;
  /** What lineage calls the place of an output of the cache; its folder unless given. */
  entryUri?: (folder: string) => string;
  /** Keeps references for other machines as well. */
  mirror?: EntryMirror;
  now(this: void): Date;
}

/** What has been found out about the rows is kept in parts: by the rows, and what was asked about them. */
interface RowsKey {
  version: number;
  rows: string;
}

/** Whatever reads rows is taken from the cache when neither rows, expectations nor reference have changed. */
export function validateStage(context: DataContext): Stage<'validate', RowsKey> {
  return {
    name: 'validate',
    key: async (outputs) => ({ version: VALIDATE_VERSION, rows: outputs.of('ingest').digest }),
    async run(work) {
      const validated = await validate(context, work);
      const { profile, validation, warnings: found, bytes: outputBytes } = validated;
      const violated = violations(validation, 'warning').map(({ message }) => message);
      return {
        output: validated,
        counts: {
          columns: profile.columns.length,
          expectations: new Set(validation.findings.map(({ expectation }) => expectation)).size,
          warnings: validation.warnings.length + violated.length,
          drifted: driftedColumns(profile, validation.drift).length,
          outputBytes,
        },
        detail: cutText(violated.join('; '), 1000),
        warnings: [
          ...found,
          ...violated.map((message) =>
            runWarning('expectation-violated', message, 'correct the data, or change dataset.expectations'),
          ),
          ...validation.schema_changes.map(({ message }) =>
            runWarning('schema-changed', `since the reference: ${message}`),
          ),
        ],
        lineage: await lineageOf(context, work.outputs.of('ingest')),
        afterwards() {
          logUnits(context, profile);
          logUnchecked(validation, context.log);
        },
      };
    },
  };
}

async function lineageOf(context: DataContext, ingested: StageOutput<IngestOutcome>): Promise<StageLineage> {
  const { reportFolder: folder, reportPlace: place } = context;
  const files = await Promise.all(
    ['profile.json', 'schema.json', 'validation.json'].map((name) => {
      const uri = place?.startsWith('gs://') ? `${place}/${name}` : undefined;
      return pathReference(name, join(folder, name), uri);
    }),
  );
  return {
    inputs: [entryReference(context, 'rows', ingested)],
    outputs: files.flatMap((file) => file ?? []),
  };
}

/** An output of the cache, as lineage knows it. */
export function entryReference(
  { entryUri = (folder) => pathToFileURL(folder).href }: Pick<DataContext, 'entryUri'>,
  name: string,
  { folder, digest, bytes }: Pick<StageOutput<unknown>, 'folder' | 'digest' | 'bytes'>,
): DataReference {
  return { name, uri: entryUri(folder), digest, bytes };
}

function logUnits({ spec, log }: DataContext, { columns }: Profile): void {
  for (const { name, timeUnit } of columns) {
    if (timeUnit === undefined) continue;
    log('info', unitSentence(name, timeUnit, ownValue(spec.dataset.columns, name)?.unit));
  }
}

function logUnchecked({ findings }: Validation, log: DataContext['log']): void {
  for (const { outcome, expectation, message } of findings) {
    if (outcome === 'notChecked') log('info', `${expectation.expect}: ${message}`);
  }
}

async function validate(context: DataContext, stageWork: StageWork<RowsKey>): Promise<Validated> {
  const work = new RowsWork(stageWork);
  try {
    return await validateRows(context, stageWork.outputs.of('ingest'), work);
  } finally {
    await work.end();
  }
}

/**
 * Profiles the rows and checks them. The judgement on what was found, which depends on the clock as well, is made anew each
 * time. Throws a `TrainerError` with all violations where one is an error. Rows that pass are the next version's reference.
 */
async function validateRows(
  context: DataContext,
  ingested: StageOutputs['ingest'],
  work: RowsWork,
): Promise<Validated> {
  const { spec } = context;
  const now = context.now();
  checkAnyRows(ingested.outcome, spec.dataset.sql !== undefined);
  const { outcome: measured } = await work.once('profile', null, profileSchema, (database) =>
    measureProfile(database, ingested.outcome.columns),
  );
  checkTrainable(spec, measured.columns, ingested.outcome);
  const used = timesUsed(spec);
  const { outcome: units } = await work.once('timeUnits', used, timeUnitsSchema, (database, rows) =>
    measureTimeUnits(database, rows, used),
  );
  const profile = withTimeUnits(measured, units);

  const referenceRequest = { ...context, dataset: spec.dataset, rows: ingested.digest };
  const reference = await findReference(referenceRequest);
  const drifts = reference.profile === null ? [] : await drift(work, ingested.outcome, reference.profile);
  const evidence: Evidence = {
    profile,
    reference: reference.profile === null ? null : { profile: reference.profile, drifts },
    referenceNote: reference.note,
    now,
  };
  const findings = await judge(work, spec, evidence);
  const warnings = [
    ...warningsOf(spec, profile.columns, ingested.outcome),
    ...(await infiniteOf(work, spec, profile)),
    ...listWarnings(spec.features, profile.columns, ingested.outcome.nested),
    ...(await textWarnings(work, spec, ingested.outcome)),
    ...(await targetWarnings(work, spec)),
  ];
  const validation = validationOf(
    {
      rows: profile.rows,
      reference: reference.note,
      findings,
      warnings: warnings.map(({ message }) => message),
      schema_changes:
        reference.profile === null ? [] : schemaChanges(schemaOf(reference.profile), schemaOf(profile)),
      drift: drifts,
    },
    now,
  );
  await writeReport(context.reportFolder, { profile, validation, reference: reference.profile });
  if (!validation.passed) throw violationError(validation, context.reportPlace ?? context.reportFolder);
  await keepAsReference(referenceRequest, profile, now);
  const outliers = asksForOutliers(spec) ? await outliersOf(work, profile) : null;
  return { profile, validation, outliers, warnings, bytes: work.bytes };
}

async function outliersOf(work: RowsWork, profile: Profile): Promise<OutlierShare[]> {
  const { outcome } = await work.once('outliers', null, outlierSharesSchema, (database, { columns }) =>
    outlierShares(database, columns, profile),
  );
  return outcome;
}

async function infiniteOf(work: RowsWork, spec: TrainingSpec, profile: Profile): Promise<RunWarning[]> {
  const names = infiniteColumns(spec, profile.columns, profile.rows);
  if (names.length === 0) return [];
  const { outcome } = await work.once('infinite', names, infiniteCountsSchema, (database, { columns }) =>
    countInfinite(database, columns, names),
  );
  return infiniteWarnings(outcome, profile.rows);
}

async function textWarnings(
  work: RowsWork,
  spec: TrainingSpec,
  ingested: IngestOutcome,
): Promise<RunWarning[]> {
  const names = lookedUpTexts(spec, ingested.columns);
  const ids = idColumns(spec);
  if (names.length === 0) return [];
  const { outcome } = await work.once(
    'texts',
    { names, ids, version: ALIKE_VERSION },
    alikeCountsSchema,
    (database, { columns }) => countAlike(database, columns, names, ids),
  );
  return alikeWarnings(outcome);
}

async function targetWarnings(work: RowsWork, spec: TrainingSpec): Promise<RunWarning[]> {
  const question = leakQuestion(spec);
  if (!question) return [];
  const { outcome } = await work.once('targetLeaks', question, leaksSchema, (database, { columns }) =>
    findLeaks(database, columns, question),
  );
  return leakWarnings(outcome, question.target);
}

async function drift(work: RowsWork, { columns }: IngestOutcome, reference: Profile): Promise<ColumnDrift[]> {
  const { outcome: counts } = await work.once('drift', digestOf(reference), driftCountsSchema, (database) =>
    driftCounts(database, columns, reference),
  );
  return columnDrifts(reference, counts);
}

/** Findings in the order of the expectations. */
async function judge(work: RowsWork, spec: TrainingSpec, evidence: Evidence): Promise<Finding[]> {
  const { expectations } = spec.dataset;
  const ofRows = expectations.filter(needsRows);
  const results = await resultsOf(work, spec, evidence.profile, ofRows);
  return expectations.flatMap((expectation) => {
    if (!needsRows(expectation)) return judgeByProfile(evidence, expectation);
    return [judgeRows(expectation, results[ofRows.indexOf(expectation)] ?? { problem: 'not checked' })];
  });
}

async function resultsOf(
  work: RowsWork,
  { features }: TrainingSpec,
  profile: Profile,
  expectations: readonly RowExpectation[],
): Promise<RowResult[]> {
  if (expectations.length === 0) return [];
  const ids = { user: idFeature(features.query).column, item: idFeature(features.candidate).column };
  const needsIds = expectations.some(({ expect }) => expect === 'labels');
  const key = { expectations, ids: needsIds ? ids : null };
  const { outcome } = await work.once(
    'expectations',
    key,
    z.array(rowResultSchema),
    (database, { columns }) => checkRows({ database, columns, profile, ids }, expectations),
  );
  return outcome;
}

/** Work on the view `rows` that is done once for the same rows and the same question. */
class RowsWork {
  /** Of all answers so far. */
  bytes = 0;
  /** Lowered once for all work, as each time starts programs. */
  private limited: Promise<() => Promise<void>> | undefined;

  constructor(private readonly stage: StageWork<RowsKey>) {}

  async once<T>(
    part: string,
    question: unknown,
    outcome: z.ZodType<T>,
    work: (database: Database, ingested: IngestOutcome) => Promise<T>,
  ): Promise<StageOutput<T>> {
    const { key, keep, outputs } = this.stage;
    const output = await keep({
      key: { ...key, part, question },
      outcome,
      produce: (folder) => this.withRows(folder, (database) => work(database, outputs.of('ingest').outcome)),
    });
    this.bytes += output.bytes;
    return output;
  }

  /** After all work. */
  async end(): Promise<void> {
    const unlimit = await this.limited;
    await unlimit?.();
  }

  private async withRows<T>(folder: string, work: (database: Database) => Promise<T>): Promise<T> {
    const rows = literal(join(await this.stage.outputs.of('ingest').files(), ROWS_FILE));
    const scratch = await mkdtemp(join(folder, 'work-'));
    this.limited ??= limitDataMemory(dataLimits().memoryMegabytes);
    await this.limited;
    try {
      return await withDatabase(scratch, async (database) => {
        await database.run(`CREATE TEMP VIEW rows AS SELECT * FROM read_parquet(${rows})`);
        return work(database);
      });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
}
