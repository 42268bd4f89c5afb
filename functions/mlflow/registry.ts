/** The version of a model in MLflow's registry. Its number there is MLflow's own; ours is among its tags. */
import { runName } from '@trainyard/shared';
import { createdVersion, foundVersions, nothing } from './answers.js';
import { RUN_ID_TAG } from './content.js';
import { isExisting } from './runs.js';
import { MlflowError, type MlflowServer } from './server.js';
import type { RunSource, Written } from './written.js';

/** Once for each run. Says why there is none where the server has no registry, or does not want it. */
export async function registerVersion(
  server: MlflowServer,
  source: RunSource,
  written: Written,
): Promise<string[]> {
  try {
    await register(server, source, written);
    return [];
  } catch (error) {
    if (!(error instanceof MlflowError) || !(error.isOfOneRun || error.code === 'ENDPOINT_NOT_FOUND'))
      throw error;
    return [`the version ${source.version} of the model: ${error.message}`];
  }
}

async function register(server: MlflowServer, { run, version }: RunSource, written: Written): Promise<void> {
  const { modelId: name, runId } = run;
  const query = { filter: `run_id='${written.mlflowRunId}'`, max_results: '100' };
  const found = await server.get('/model-versions/search', query, foundVersions);
  if (found.model_versions.some((each) => each.name === name && each.run_id === written.mlflowRunId)) return;
  try {
    const tags = [{ key: 'trainyard.model', value: name }];
    await server.post('/registered-models/create', { name, tags }, nothing);
  } catch (error) {
    if (!isExisting(error)) throw error;
  }
  const body = {
    name,
    source: sourceOf(run.result?.artifacts ?? {}, written),
    run_id: written.mlflowRunId,
    description: `Version ${version} of ${name} in Trainyard, of the run ${runName(run)}.`,
    tags: [
      { key: RUN_ID_TAG, value: runId },
      { key: 'trainyard.version', value: String(version) },
    ],
  };
  await server.postOnce('/model-versions/create', body, createdVersion);
}

/**
 * Where the model is. A server refuses files of a machine that do not belong to the run there, so that such a version points to what
 * the run has there.
 */
function sourceOf(artifacts: Readonly<Record<string, string>>, { artifactUri }: Written): string {
  const manifest = artifacts['manifest'];
  const isShared =
    manifest !== undefined && /^[a-z][a-z0-9+.-]+:\/\//i.test(manifest) && !manifest.startsWith('file:');
  return isShared ? manifest.slice(0, manifest.lastIndexOf('/')) : artifactUri;
}
