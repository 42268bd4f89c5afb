/** Files of a run, put where the server keeps artifacts for its clients; where it does not, their URIs among the tags are all there is. */
import { contentTypeOf } from '@trainyard/shared/http/contentType';
import { artifactsAnswer } from './answers.js';
import { ARTIFACTS_API, isNotProxied, MlflowError, type MlflowServer } from './server.js';
import type { RunFile, RunSource, Written } from './written.js';

/** What people read of a run; its model, which may have gigabytes, stays where it is. */
const READ = [
  /^(evaluation|manifest|metadata)\.json$/,
  /^report\.html$/,
  /^MODEL_CARD\.md$/,
  /^(metrics|analysis|visualizations)\//,
  /^examples\/inference_examples\.json$/,
];
/** The folder there of what people attached. */
export const ATTACHED = 'attachments/';
/** Of one file: a function holds it in its memory. */
const MOST_BYTES = 32 * 1024 * 1024;

/** Puts what is not there yet. Says in a sentence each what is left out, and why. */
export async function putFiles(server: MlflowServer, source: RunSource, written: Written): Promise<string[]> {
  const leftOut: string[] = [];
  const isCompleted = source.run.status === 'completed';
  const left = isCompleted ? await source.files() : [];
  if (isCompleted && left.length === 0) leftOut.push('the files of the run, for its manifest is not there');
  const attached = source.run.attachments.map(({ path, bytes }) => ({
    path: `${ATTACHED}${path}`,
    bytes,
    contentType: contentTypeOf(path),
  }));
  const files = [...left.filter(({ path }) => READ.some((wanted) => wanted.test(path))), ...attached];
  if (files.length === 0) return leftOut;
  const folder = proxiedFolder(server.uri, written.artifactUri);
  if (folder === undefined)
    return [
      `${files.length} files of the run, for ${server.uri} does not take artifacts for its clients (its runs lie at ${schemeOf(written.artifactUri)}): the tags trainyard.artifact.* say where they are`,
    ];
  const sizes = await sizesThere(server, written.mlflowRunId, files);
  for (const file of files) {
    if (file.bytes > MOST_BYTES) {
      leftOut.push(`${file.path}, which has ${file.bytes} bytes: at most ${MOST_BYTES} are sent`);
      continue;
    }
    if (sizes.get(file.path) === file.bytes) continue;
    const content = await source.read(file);
    if (!content) {
      leftOut.push(`${file.path}, which is not there any more`);
      continue;
    }
    try {
      await server.putArtifact(`${folder}/${file.path}`, content, file.contentType);
    } catch (error) {
      if (isNotProxied(error))
        return [`${files.length} files of the run, for ${server.uri} was started without --serve-artifacts`];
      if (!isOfOneFile(error)) throw error;
      leftOut.push(`${file.path}, which has ${file.bytes} bytes: ${error.message}`);
    }
  }
  return leftOut;
}

/** What the server, or a proxy in front of it, does not take of one file, such as a `#` in its name or its size: others it may. */
function isOfOneFile(error: unknown): error is MlflowError {
  return error instanceof MlflowError && (error.isOfOneRun || error.status === 413);
}

/**
 * The folder below the server's own store, of `mlflow-artifacts:/1/0f3b/artifacts`. Undefined for any other place: clients would need
 * credentials for it, and no other host is called on a server's word.
 */
export function proxiedFolder(uri: string, artifactUri: string): string | undefined {
  const own = `${uri}${ARTIFACTS_API}/`;
  const known = artifactUri.startsWith(own)
    ? `mlflow-artifacts:/${artifactUri.slice(own.length)}`
    : artifactUri;
  const [, host, path] = /^mlflow-artifacts:(?:\/\/([^/]*))?\/*(.*?)\/*$/.exec(known) ?? [];
  if (path === undefined || path === '' || path.split('/').some((part) => part === '..')) return undefined;
  return host === undefined || host === '' || host === new URL(uri).host ? path : undefined;
}

function schemeOf(artifactUri: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.exec(artifactUri)?.[0] ?? 'a folder of its own';
}

/** By path. Folders of what is wanted are looked into, and no others. */
async function sizesThere(
  server: MlflowServer,
  runId: string,
  files: readonly RunFile[],
): Promise<Map<string, number>> {
  const folders = new Set(files.map(({ path }) => path.split('/').slice(0, -1).join('/')));
  const sizes = new Map<string, number>();
  for (const path of folders) {
    const query = { run_id: runId, ...(path !== '' && { path }) };
    for await (const { files: there } of server.pages('/artifacts/list', query, artifactsAnswer))
      for (const file of there)
        if (!file.is_dir && file.file_size !== undefined) sizes.set(file.path, file.file_size);
  }
  return sizes;
}
