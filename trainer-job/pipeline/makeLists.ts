/** `--recommend` and `--similar`: lists of a finished model, which is a process of its own. */
import { randomUUID } from 'node:crypto';
import { access, constants, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { uncheckedNote } from '@trainyard/recommender/format/manifest';
import { sourceSchema, whole } from '@trainyard/shared';
import { openSource } from '../data/source/openSource.js';
import type { OpenedSource } from '../data/source/openedSource.js';
import { machineFault } from '../errors/machineFault.js';
import { TrainerError } from '../errors/trainerError.js';
import { bringModel } from '../home/bringModel.js';
import { doneBlocks } from '../recommend/blocks.js';
import { loadTable } from '../recommend/loadTable.js';
import { progressLine } from '../recommend/progressLine.js';
import { ofQueries } from '../recommend/refused.js';
import { asOnlyProcess } from '../recommend/onlyProcess.js';
import { writeLists } from '../recommend/writeLists.js';
import { cores } from '../settings/limits.js';
import { defaultsFromEnvironment, productionOfFlag } from '../settings/settings.js';
import type { StopSignal } from '../stopSignal.js';
import type { AskedLists } from './listsFlags.js';
import type { ListsPlace } from './listsPlace.js';
import { unlessStopping } from './modelStages.js';
import { Stopped, unlessStopped } from './runStages.js';

/** The folder of the blocks in that of what is unfinished, which has the model and the queries of a bucket too. */
const BLOCKS = 'blocks';

/** Where a person looks on. */
export interface Onlooker {
  line(this: void, text: string): void;
  progress(this: void, text: string): void;
}

/** Writes the lists; returns the exit code. Throws `TrainerError`. */
export async function makeLists(asked: AskedLists, stop: StopSignal, onlooker: Onlooker): Promise<number> {
  const { to } = asked;
  await checkPlace(to, onlooker);
  return asOnlyProcess(to.unfinished, to.name, () => make(asked, stop, onlooker));
}

async function make(asked: AskedLists, stop: StopSignal, { line, progress }: Onlooker): Promise<number> {
  const { lists, model, k, exclude, where, to, workers } = asked;
  const { unfinished } = to;
  const { cloud } = defaultsFromEnvironment();
  const place = productionOfFlag(model, lists === 'recommendations' ? '--recommend' : '--similar');
  try {
    const brought = bringModel(place, { artifactDirectory: join(unfinished, 'model'), cloud }, stop.signal);
    const folder = await unlessStopped(stop, brought);
    const { queries, rows, kept, short, seconds, version, checked } = await writeLists({
      folder,
      lists,
      k,
      exclude,
      queries:
        asked.queries === null ? null : await queriesOf(asked.queries, join(unfinished, 'cache'), stop),
      where,
      whereName: '--where',
      out: to.file,
      unfinished: join(unfinished, BLOCKS),
      workers: workers === 'auto' ? cores() : workers,
      onProgress: (now) => progress(progressLine(now)),
      onNote: (note) => line(`note: ${note}`),
      between: unlessStopping(stop),
      deliver: (file) => deliver(file, to, stop),
    });
    await rm(unfinished, { recursive: true, force: true });
    if (!checked) line(`note: ${uncheckedNote(folder)}`);
    const before = kept > 0 ? `, ${whole(kept)} of them by an earlier process` : '';
    line(
      `${to.name}: ${whole(rows)} rows, lists of ${short > 0 ? 'up to ' : ''}${whole(k)} for ${whole(queries)} ${lists === 'similarItems' ? 'items' : 'queries'} by ${version ?? 'a model without a version'}, in ${seconds.toFixed(1)} s${before}`,
    );
    return 0;
  } catch (error) {
    const isKept = await hasBlocks(unfinished);
    if (!isKept) await rm(unfinished, { recursive: true, force: true });
    if (!(error instanceof Stopped)) throw explained(error, to, isKept);
    if (!isKept) line('stopped; nothing was done yet');
    else line(`stopped; what is done is kept in ${unfinished}. The same command goes on from there.`);
    return 143;
  }
}

/** What the machine has too little of is said of the file, with what is done already. */
function explained(error: unknown, { name, unfinished }: ListsPlace, isKept: boolean): unknown {
  const fault = error instanceof TrainerError ? undefined : machineFault(error);
  if (fault?.code !== 'disk-full') return fault ?? error;
  const kept = isKept
    ? `; what is done is kept in ${unfinished}, and the same command goes on from there`
    : '';
  return new TrainerError(
    fault.code,
    `${name} cannot be written: ${fault.message}`,
    `make room there, or name another place${kept}`,
    { cause: error },
  );
}

/** Whether an earlier process, or this one, has done a part of the lists. */
async function hasBlocks(unfinished: string): Promise<boolean> {
  return (await doneBlocks(join(unfinished, BLOCKS))).length > 0;
}

/** Finds out before anything is computed that the file or the folder beside it cannot be written. */
async function checkPlace({ name, file, table, unfinished }: ListsPlace, { line }: Onlooker): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (table === null && found?.isDirectory()) {
    throw new TrainerError(
      'invalid-settings',
      `--out is ${name}, which is a folder`,
      `name a file in it, such as ${join(name, 'recs.parquet')}`,
    );
  }
  const above = dirname(unfinished);
  const isNew = (await stat(above).catch(() => undefined)) === undefined;
  try {
    await makeFolder(unfinished);
    await access(dirname(file), constants.W_OK);
    if (isNew) line(`note: the folder ${above} was not there, and is made`);
  } catch (cause) {
    throw new TrainerError(
      'invalid-settings',
      `nothing can be written in ${dirname(unfinished)} (${cause instanceof Error ? cause.message : String(cause)}), where ${name} grows until it is whole`,
      remedyOf(cause),
      { cause },
    );
  }
}

/** A right helps only where one is missing. */
function remedyOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOTDIR' || code === 'EEXIST')
    return 'name a place in a folder: a part of this path is a file';
  if (code === 'ENOENT') return 'name another place: the file system makes no folder there';
  return 'give yourself the right to write there, or name another place';
}

/** What was computed stays where the table is refused: the same command needs but the load then. */
async function deliver(file: string, { table, name, unfinished }: ListsPlace, stop: StopSignal) {
  if (table === null) return;
  const { cloud } = defaultsFromEnvironment();
  const jobId = `trainyard-lists-${randomUUID()}`;
  try {
    await unlessStopped(stop, loadTable(file, table, jobId, { cloud, signal: stop.signal }));
  } catch (error) {
    if (!(error instanceof TrainerError)) throw error;
    const kept = `the lists are kept in ${unfinished}, and the same command only has to load them`;
    throw new TrainerError(
      error.code,
      `the rows are not in ${name}: ${error.message}`,
      [error.remedy, kept].filter((text) => text !== null).join('; '),
      { cause: error },
    );
  }
}

async function queriesOf(uri: string, cacheRoot: string, stop: StopSignal): Promise<OpenedSource> {
  const source = sourceSchema.safeParse({ uri });
  if (!source.success) {
    throw new TrainerError(
      'invalid-settings',
      `--for is "${uri}"; it is a file of CSV, JSON lines or Parquet, or gs://BUCKET/OBJECT`,
      null,
    );
  }
  const { cloud, dataBase: baseDirectory } = defaultsFromEnvironment();
  await makeFolder(cacheRoot);
  const opened = openSource(source.data, {
    baseDirectory,
    cacheRoot,
    cloud,
    runId: 'lists',
    signal: stop.signal,
    beforeEnd: stop.beforeEnd,
    log: () => undefined,
  });
  return ofQueries('--for', opened);
}
