/** The lists that a run makes with its model, as `outputs` of its specification asks. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cutText, featureColumns, runWarning, type RunWarning, type TrainingSpec } from '@trainyard/shared';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { withDatabase } from '../data/database.js';
import { openSource } from '../data/source/openSource.js';
import { TrainerError } from '../errors/trainerError.js';
import type { BatchProgress, BatchRequest } from '../recommend/batchRequest.js';
import { progressLine } from '../recommend/progressLine.js';
import { openQueries } from '../recommend/queryTable.js';
import { loadTable } from '../recommend/loadTable.js';
import { ofQueries } from '../recommend/refused.js';
import { writeLists } from '../recommend/writeLists.js';
import { cores } from '../settings/limits.js';
import type { Attempt } from './attempt.js';
import { Stopped, unlessStopped } from './runStages.js';

export interface ListsOfRun {
  /** Names of artifacts with their paths in the folder. */
  artifacts: Record<string, string>;
  warnings: RunWarning[];
}

/** How often a run tells how far its lists are. */
const TELL_MS = 10_000;

/**
 * Writes the tables into the unfinished folder of the model, in which all else is; returns the names of artifacts with their paths
 * in it. What an interrupted attempt has done on this machine is kept.
 */
export async function writeListsOfRun(
  attempt: Attempt,
  { outputs: { recommendations, similarItems } }: TrainingSpec,
  folder: string,
  between: () => Promise<void>,
): Promise<ListsOfRun> {
  const made: ListsOfRun = { artifacts: {}, warnings: [] };
  if (recommendations) {
    const { k, exclude, where, to } = recommendations;
    const file = `recommendations.${formatOf(to)}`;
    const queries =
      recommendations.for === 'allUsers' ? null : await queriesOf(attempt, recommendations.for.uri);
    await make(attempt, folder, file, { lists: 'recommendations', k, exclude, where, queries, between });
    made.artifacts['recommendations'] = file;
    made.warnings.push(...(await loaded(attempt, join(folder, file), 'recommendations', to)));
  }
  if (similarItems) {
    const { k, where, to } = similarItems;
    const file = `similar_items.${formatOf(to)}`;
    await make(attempt, folder, file, {
      lists: 'similarItems',
      k,
      exclude: 'nothing',
      where,
      queries: null,
      between,
    });
    made.artifacts['similar_items'] = file;
    made.warnings.push(...(await loaded(attempt, join(folder, file), 'similarItems', to)));
  }
  return made;
}

type Target = NonNullable<TrainingSpec['outputs']['similarItems']>['to'];

function formatOf(to: Target): 'parquet' | 'jsonl' {
  return typeof to === 'string' ? to : 'parquet';
}

/** A model is worth more than its table: where that cannot be loaded, the run says so, and the file is there all the same. */
async function loaded(
  { settings, stop, reporter }: Attempt,
  file: string,
  lists: 'recommendations' | 'similarItems',
  to: Target,
): Promise<RunWarning[]> {
  if (typeof to === 'string') return [];
  const { table } = to.bigquery;
  const jobId = `trainyard-${lists}-${randomUUID()}`;
  const context = { cloud: settings.cloud, signal: stop.signal };
  try {
    const rows = await unlessStopped(stop, loadTable(file, to.bigquery, jobId, context));
    reporter.log('info', `${lists}: ${rows} rows are in ${table}`);
    return [];
  } catch (error) {
    if (error instanceof Stopped) throw error;
    const why = error instanceof Error ? error.message : String(error);
    const message = cutText(`the rows of outputs.${lists} are not in ${table}: ${why}`, 1000);
    const remedy =
      error instanceof TrainerError && error.remedy !== null
        ? error.remedy
        : 'load the Parquet file beside the model with "bq load"';
    return [runWarning('lists-not-loaded', message, remedy)];
  }
}

async function make(
  { settings, reporter }: Attempt,
  folder: string,
  file: string,
  asked: Pick<BatchRequest, 'lists' | 'k' | 'exclude' | 'where' | 'queries' | 'between'>,
): Promise<void> {
  let told = Date.now();
  const name = file.replace(/\..*/, '');
  const onProgress = (progress: BatchProgress) => {
    if (Date.now() - told < TELL_MS) return;
    told = Date.now();
    reporter.log('info', `${name}: ${progressLine(progress)}`);
  };
  const unfinished = join(settings.artifactDirectory, 'lists', file);
  await makeFolder(unfinished);
  const { rows, queries, kept, seconds } = await writeLists({
    ...asked,
    whereName: `outputs.${asked.lists}.where`,
    folder,
    out: join(folder, file),
    unfinished,
    workers: cores(),
    onProgress,
    onNote: (note) => reporter.log('warn', `${name}: ${note}`),
  });
  const before = kept > 0 ? `, ${kept} of them by an attempt before` : '';
  reporter.log('info', `${name}: ${rows} rows for ${queries} lists in ${seconds.toFixed(1)} s${before}`);
}

/** Fails with a `TrainerError` where the files of queries cannot be read, or name no users: said before anything is trained, for the lists come last. */
export async function checkQueries(attempt: Attempt, { outputs, features }: TrainingSpec): Promise<void> {
  const asked = outputs.recommendations?.for ?? 'allUsers';
  if (asked === 'allUsers') return;
  const { stop, settings } = attempt;
  const source = await queriesOf(attempt, asked.uri);
  const ids = features.query.filter(({ id }) => id).flatMap(featureColumns);
  const columns = [...new Set([...ids, ...features.query.flatMap(featureColumns)])];
  const lists = join(settings.artifactDirectory, 'lists');
  await makeFolder(lists);
  const work = await mkdtemp(join(lists, 'queries-'));
  try {
    await unlessStopped(
      stop,
      withDatabase(work, (database) => openQueries(database, source, columns), { readsRows: true }),
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function queriesOf({ settings, stop, reporter }: Attempt, uri: string) {
  const { dataBase: baseDirectory, cacheDirectory: cacheRoot, cloud, runId } = settings;
  const opened = openSource(
    { uri },
    {
      baseDirectory,
      cacheRoot,
      cloud,
      runId,
      signal: stop.signal,
      beforeEnd: stop.beforeEnd,
      log: (level, message, fields) => reporter.log(level, message, fields),
    },
  );
  return unlessStopped(stop, ofQueries('outputs.recommendations.for.uri', opened));
}
