/**
 * Brings what an MLflow server has of a run up to what there is. Whoever is sure of what he wrote before says so, and nothing is
 * asked; else the server itself is asked, so that nothing is written twice: it would keep every point of a metric that it is sent.
 */
import { digestOf, isTerminal, type Epoch, type Run, type RunView } from '@trainyard/shared';
import { historyAnswer, nothing, runAnswer, type FoundRun } from './answers.js';
import { putFiles } from './artifacts.js';
import { epochPoints, outcomePoints, RUN_ID_TAG, STATUSES, tagsOf, titleOf } from './content.js';
import type { Pair, Point } from './limits.js';
import { writeParameters } from './parameters.js';
import { createRun, log, newRunOf, pageOf, refuseDeleted, runIdAt, runOf, runTagged } from './runs.js';
import { registerVersion } from './registry.js';
import type { MlflowServer } from './server.js';
import type { RunSource, Written } from './written.js';

export interface Outcome {
  experimentId: string;
  mlflowRunId: string;
  /** Null where it is whole, and nobody has asked of what it is made. */
  written: Written | null;
  /** `new`: the run was not there before · `more`: it was · `unchanged`: it was, and nothing was left to write. */
  end: 'new' | 'more' | 'unchanged';
  url: string;
  /** How many points of metrics were sent. */
  points: number;
  /** What MLflow has not, and why: a sentence each. */
  leftOut: string[];
}

/** What the run of ours says of it. */
export function externalOf({ experimentId, mlflowRunId, url }: Outcome): NonNullable<Run['external']> {
  return { mlflowExperimentId: experimentId, mlflowRunId, mlflowUrl: url };
}

/** @throws MlflowError, NotWrittenError; then what was written before the failure is uncertain. */
export async function writeRun(
  server: MlflowServer,
  source: RunSource,
  before: Written | null,
): Promise<Outcome> {
  const { run } = source;
  const place = before ? { written: before, found: null, isNew: false } : await placeOf(server, source);
  const written = { ...place.written };
  if (place.found && isWhole(place.found, source)) return unchanged(server, written);
  const leftOut = await describe(server, source, written, place.found);
  const epochs = await source.epochs();
  const points = await writePoints(server, source, { written, epochs, found: place.found });
  if (isTerminal(run.status) && !written.hasOutcome) {
    leftOut.push(...(await putFiles(server, source, written)));
    written.hasOutcome = true;
  }
  if (source.version !== null && !written.hasVersion) {
    leftOut.push(...(await registerVersion(server, source, written)));
    written.hasVersion = true;
  }
  await writeStatus(server, run, written);
  await sealWhole(server, source, written);
  return {
    ...idsOf(server, written),
    written,
    end: place.isNew ? 'new' : 'more',
    points,
    leftOut,
  };
}

/** The tag that is written last: of a run that ended, and of which all is there that there is. */
const WHOLE_TAG = 'trainyard.whole';

/** Changes wherever something else would be written now. */
function wholeOf({ run, version, parentId, runUrl, parameters }: RunSource): Pair {
  const attached = run.attachments.map(({ path, sha256 }) => [path, sha256]);
  return {
    key: WHOLE_TAG,
    value: digestOf([1, tagsOf(run, parentId, runUrl), version, parameters, attached]),
  };
}

function isWhole({ data }: FoundRun, source: RunSource): boolean {
  const { key, value } = wholeOf(source);
  return data.tags.some((tag) => tag.key === key && tag.value === value);
}

async function sealWhole(server: MlflowServer, source: RunSource, written: Written): Promise<void> {
  if (isTerminal(source.run.status)) await log(server, written.mlflowRunId, { tags: [wholeOf(source)] });
}

function unchanged(server: MlflowServer, written: Written): Outcome {
  return { ...idsOf(server, written), written: null, end: 'unchanged', points: 0, leftOut: [] };
}

function idsOf(
  server: MlflowServer,
  { experimentId, mlflowRunId }: Written,
): Pick<Outcome, 'experimentId' | 'mlflowRunId' | 'url'> {
  return { experimentId, mlflowRunId, url: pageOf(server, experimentId, mlflowRunId) };
}

interface Place {
  written: Written;
  /** The run as the server has it; null where it was made just now, or nobody needs to ask. */
  found: FoundRun | null;
  isNew: boolean;
}

/** The run there: that which is known, else that which has the tag, else a new one. */
async function placeOf(server: MlflowServer, { run, experimentId, parentId }: RunSource): Promise<Place> {
  const tag: Pair = { key: RUN_ID_TAG, value: run.runId };
  const known = runIdAt(server.uri, run);
  const found =
    (known !== undefined && (await runOf(server, known, tag))) ||
    (await runTagged(server, experimentId, tag));
  if (found) refuseDeleted(server, found);
  const { info } = found ?? (await createRun(server, newRunOf(run, experimentId, parentId)));
  const written: Written = {
    experimentId: info.experiment_id,
    mlflowRunId: info.run_id,
    artifactUri: info.artifact_uri,
    parentId,
    tags: null,
    hasParameters: false,
    epochs: {},
    status: null,
    hasOutcome: false,
    hasVersion: false,
  };
  if (!found) return { written, found: null, isNew: true };
  // What is found by its tag has the whole of what it was told, a search gives no more than a part.
  const { run: whole } = await server.get('/runs/get', { run_id: info.run_id }, runAnswer);
  return { written, found: whole, isNew: false };
}

/** Parameters once; tags whenever they differ. Says which parameters were cut or differ there. */
async function describe(
  server: MlflowServer,
  { run, parameters, parentId, runUrl }: RunSource,
  written: Written,
  found: FoundRun | null,
): Promise<string[]> {
  const { mlflowRunId } = written;
  const leftOut = written.hasParameters
    ? []
    : await writeParameters(server, { run, parameters }, { mlflowRunId, found });
  written.hasParameters = true;
  const tags = tagsOf(run, parentId, runUrl);
  const digest = digestOf(tags);
  if (digest !== written.tags) await log(server, mlflowRunId, { tags });
  written.tags = digest;
  return leftOut;
}

interface Points {
  written: Written;
  epochs: readonly Epoch[];
  found: FoundRun | null;
}

async function writePoints(
  server: MlflowServer,
  { run }: RunSource,
  { written, epochs, found }: Points,
): Promise<number> {
  const news = epochs.filter(({ epoch, attempt }) => (written.epochs[epoch] ?? 0) < attempt);
  const ends = isTerminal(run.status) && !written.hasOutcome;
  const names = new Set(epochs.flatMap(({ metrics }) => Object.keys(metrics)));
  const wanted = [...news.flatMap(epochPoints), ...(ends ? outcomePoints(run, names) : [])];
  const isThere = found ? await historyOf(server, found, wanted) : () => false;
  const missing = wanted.filter((point) => !isThere(point));
  await log(server, written.mlflowRunId, { metrics: missing });
  written.epochs = {
    ...written.epochs,
    ...Object.fromEntries(news.map(({ epoch, attempt }) => [epoch, attempt])),
  };
  return missing.length;
}

/**
 * Which points the server has. An epoch that a later attempt trained again has a point of its own only where its value is another: most
 * are the same, and a chart would show each twice.
 */
async function historyOf(
  server: MlflowServer,
  found: FoundRun,
  wanted: readonly Point[],
): Promise<(point: Point) => boolean> {
  const there = new Set<string>();
  const keys = new Set(wanted.map(({ key }) => key));
  for (const { key } of found.data.metrics) {
    if (!keys.has(key)) continue;
    const query = { run_id: found.info.run_id, metric_key: key };
    for await (const { metrics } of server.pages('/metrics/get-history', query, historyAnswer))
      for (const { step, value, timestamp } of metrics)
        there.add(`${key} ${step} =${value}`).add(`${key} ${step} @${timestamp}`);
  }
  return ({ key, step, value, timestamp }) =>
    there.has(`${key} ${step} =${value}`) || there.has(`${key} ${step} @${timestamp}`);
}

async function writeStatus(server: MlflowServer, run: RunView, written: Written): Promise<void> {
  const status = STATUSES[run.status];
  if (status === written.status) return;
  const endTime = isTerminal(run.status) ? Date.parse(run.endedAt ?? run.updatedAt) : undefined;
  const body = {
    run_id: written.mlflowRunId,
    status,
    run_name: titleOf(run),
    ...(endTime !== undefined && { end_time: endTime }),
  };
  await server.post('/runs/update', body, nothing);
  written.status = status;
}
