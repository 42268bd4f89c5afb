/** A run of a Trainyard elsewhere, as it is written to MLflow. */
import { ATTACHED } from '@trainyard/functions/mlflow/artifacts';
import type { RunFile, RunSource } from '@trainyard/functions/mlflow/written';
import { modelManifestSchema, type RunView } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import type { TrainyardClient } from '../../client/trainyardClient.js';

export function remoteRun(
  client: TrainyardClient,
  run: RunView,
  place: Pick<RunSource, 'version' | 'parentId' | 'experimentId' | 'parameters' | 'runUrl'>,
): RunSource {
  return {
    ...place,
    run,
    epochs: () => client.metrics(run.runId),
    files: () => filesOf(client, run),
    read: ({ path }) => contentOf(client, run, path),
  };
}

const MANIFEST = 'manifest.json';

async function filesOf(client: TrainyardClient, run: RunView): Promise<RunFile[]> {
  const content = await contentOf(client, run, MANIFEST);
  if (!content) return [];
  const manifest = modelManifestSchema.safeParse(parseJson(Buffer.from(content).toString('utf8')));
  if (!manifest.success)
    throw new UserError(
      'foreign-answer',
      `the manifest of ${run.name} has a form that this version does not read`,
      { cause: manifest.error },
    );
  const own = { path: MANIFEST, bytes: content.length, contentType: 'application/json' };
  return [own, ...manifest.data.files];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError('foreign-answer', 'a manifest is no JSON', { cause });
  }
}

/** Undefined for what the run does not have, or not any more. */
async function contentOf(
  client: TrainyardClient,
  { runId }: RunView,
  path: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const response = path.startsWith(ATTACHED)
      ? await client.attachment(runId, path.slice(ATTACHED.length))
      : await client.artifact(runId, path);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    if (error instanceof UserError && error.code === 'refused') return undefined;
    throw error;
  }
}
