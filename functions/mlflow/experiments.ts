/** The experiments of an MLflow server that runs are written to: found by their names, made where there are none, and told what ours say. */
import { parsedJson, type Experiment } from '@trainyard/shared';
import { z } from 'zod';
import { createdExperiment, experimentAnswer, nothing, type FoundExperiment } from './answers.js';
import { MLFLOW, ownTag } from './content.js';
import { clipped, keyOf, TAG_BYTES, type Pair } from './limits.js';
import { isAbsent, isExisting, NotWrittenError } from './runs.js';
import { MlflowError, type MlflowServer } from './server.js';

/** What an experiment there is found by, and what it says. */
export interface ExperimentPlace {
  name: string;
  tags: Pair[];
}

/** As many as its documentation allows at once. */
const MOST_CREATED_WITH = 20;
/** The keys that we have written there, as JSON: what is emptied here goes there as well, and what others have written stays. */
const WRITTEN = 'trainyard.tags';

/**
 * The experiment that a run is written to. Where several of ours share one there, since the template does not name them, none of them says
 * what it is.
 */
export function experimentPlace(
  template: string,
  run: { modelId: string; experiment: string | null },
  experiment: Pick<Experiment, 'description' | 'purpose' | 'owner' | 'tags'> | undefined,
): ExperimentPlace {
  const { modelId, experiment: experimentId } = run;
  const isOfModel = template.includes('{model}');
  const isOwn = isOfModel && template.includes('{experiment}') && experimentId !== null;
  const said = isOwn && experiment ? experiment : undefined;
  const tags: Record<string, string> = {
    ...Object.fromEntries(Object.entries(said?.tags ?? {}).map(([key, value]) => [ownTag(key), value])),
    ...(isOfModel && { 'trainyard.model': modelId }),
    ...(isOwn && { 'trainyard.experiment': experimentId }),
    [MLFLOW.note]: said?.description ?? '',
    'trainyard.purpose': said?.purpose ?? '',
    'trainyard.owner': said?.owner ?? '',
  };
  return {
    name: experimentName(template, run),
    tags: Object.entries(tags).flatMap(([key, value]) =>
      value === '' ? [] : [{ key: keyOf(key), value: clipped(value, TAG_BYTES) }],
    ),
  };
}

/** The name of the MLflow experiment that a run is in. */
function experimentName(template: string, run: { modelId: string; experiment: string | null }): string {
  const { modelId, experiment } = run;
  const named = experiment === null ? template.replaceAll(/\/?\{experiment\}/g, '') : template;
  const name = named.replaceAll('{model}', modelId).replaceAll('{experiment}', experiment ?? '');
  return name === '' ? modelId : name;
}

/**
 * Its id. It is made where there is none; of one that there is, the tags that say something else are changed, those that we wrote and
 * that say nothing any more are deleted, and others left alone.
 */
export async function experimentOf(
  server: MlflowServer,
  { name, tags: said }: ExperimentPlace,
): Promise<string> {
  const tags = withWritten(said);
  const found = (await experimentNamed(server, name)) ?? (await created(server, { name, tags }));
  const { experiment_id: id } = found;
  const there = new Map(found.tags.map(({ key, value }) => [key, value]));
  const kept = new Set(tags.map(({ key }) => key));
  // Before the list of what we wrote says less: who is killed in between finds it once more.
  for (const key of writtenBefore(there.get(WRITTEN)))
    if (!kept.has(key) && (there.get(key) ?? '') !== '') await deleteTag(server, id, key);
  for (const { key, value } of tags) if (there.get(key) !== value) await setTag(server, id, { key, value });
  return id;
}

/** With the keys of all of them, as far as one tag holds them. */
function withWritten(tags: readonly Pair[]): Pair[] {
  const keys: string[] = [];
  for (const { key } of tags)
    if (Buffer.byteLength(JSON.stringify([...keys, key])) <= TAG_BYTES) keys.push(key);
  return keys.length === 0 ? [] : [{ key: WRITTEN, value: JSON.stringify(keys) }, ...tags];
}

function writtenBefore(text = '[]'): string[] {
  return z.array(z.string()).catch([]).parse(parsedJson(text));
}

async function setTag(server: MlflowServer, experimentId: string, { key, value }: Pair): Promise<void> {
  await server.post('/experiments/set-experiment-tag', { experiment_id: experimentId, key, value }, nothing);
}

/** A server that is too old to delete one has it empty. */
async function deleteTag(server: MlflowServer, experimentId: string, key: string): Promise<void> {
  try {
    await server.post('/experiments/delete-experiment-tag', { experiment_id: experimentId, key }, nothing);
  } catch (error) {
    if (isAbsent(error)) return;
    if (!(error instanceof MlflowError) || (error.status !== 404 && error.status !== 405)) throw error;
    await setTag(server, experimentId, { key, value: '' });
  }
}

async function created(server: MlflowServer, { name, tags }: ExperimentPlace): Promise<FoundExperiment> {
  const first = tags.slice(0, MOST_CREATED_WITH);
  try {
    const { experiment_id } = await server.post(
      '/experiments/create',
      { name, tags: first },
      createdExperiment,
    );
    return { experiment_id, lifecycle_stage: 'active', tags: first };
  } catch (error) {
    if (!isExisting(error)) throw error;
    // Somebody else was faster, or our own request was heard and its answer lost.
    const now = await experimentNamed(server, name);
    if (now === undefined) throw error;
    return now;
  }
}

async function experimentNamed(server: MlflowServer, name: string): Promise<FoundExperiment | undefined> {
  try {
    const { experiment } = await server.get(
      '/experiments/get-by-name',
      { experiment_name: name },
      experimentAnswer,
    );
    if (experiment.lifecycle_stage !== 'deleted') return experiment;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  throw new NotWrittenError(
    `the experiment "${name}" was deleted at ${server.uri}: restore it there, or name another one with TRAINYARD_MLFLOW_EXPERIMENT`,
  );
}
