/** Files that a run has left behind: what its manifest lists, the report about its data where it has none, and nothing else of the store. */
import { createHash } from 'node:crypto';
import { modelManifestSchema, type ModelManifest, type Run } from '@trainyard/shared';
import { isTerminal } from '@trainyard/shared/runs/status';
import { z } from 'zod';
import { DomainError } from '../../errors/domainError.js';
import { checkedSegments } from '../../ports/objectStore/objectKey.js';
import { ObjectNotFoundError, type ObjectStore } from '../../ports/objectStore/objectStore.js';
import type { Artifact } from './artifact.js';
import { findReport, reportFileOf } from './dataReport.js';
import { keyInRun, readText } from './runObjects.js';

const MANIFEST = 'manifest.json';
/** A manifest of a hundred thousand files. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Throws `no-artifact` with the reason where the run has no such file. */
export async function findArtifact(objects: ObjectStore, run: Run, path: string): Promise<Artifact> {
  const name = reportFileOf(path);
  // Of a run that failed or was cancelled, or of version 0.1.
  if (name !== undefined && run.result?.artifacts['manifest'] === undefined) {
    const report = await findReport(objects, run, name);
    if (report) return report;
    throw none(run, 'no report about its data that can be read here', whyNoReport(run));
  }
  const { key, text, manifest } = await readManifest(objects, run);
  if (path === MANIFEST) {
    const sha256 = createHash('sha256').update(text).digest('hex');
    return { key, bytes: Buffer.byteLength(text), sha256, contentType: 'application/json' };
  }
  const file = manifest.files.find((one) => one.path === path);
  if (!file) {
    throw none(
      run,
      `no file ${JSON.stringify(path.slice(0, 200))}`,
      `${MANIFEST} lists those that there are`,
    );
  }
  if (!isInFolder(path))
    throw none(run, `no file ${JSON.stringify(path.slice(0, 200))}`, 'its path leads out of the folder');
  return { ...file, key: `${key.slice(0, -MANIFEST.length)}${path}` };
}

/** The manifest and what it lists. Throws `no-artifact` with the reason where the run has none. */
export async function listArtifacts(
  objects: ObjectStore,
  run: Run,
): Promise<(Artifact & { path: string })[]> {
  const { key, text, manifest } = await readManifest(objects, run);
  const folder = key.slice(0, -MANIFEST.length);
  const own = {
    path: MANIFEST,
    key,
    bytes: Buffer.byteLength(text),
    sha256: createHash('sha256').update(text).digest('hex'),
    contentType: 'application/json',
  };
  const listed = manifest.files.filter(({ path }) => isInFolder(path));
  return [own, ...listed.map((file) => ({ ...file, key: `${folder}${file.path}` }))];
}

/** A manifest is a trainer's word: a path of it may lead elsewhere. */
function isInFolder(path: string): boolean {
  try {
    return checkedSegments(path).length > 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

async function readManifest(
  objects: ObjectStore,
  run: Run,
): Promise<{ key: string; text: string; manifest: ModelManifest }> {
  const uri = run.result?.artifacts['manifest'];
  if (uri === undefined) throw none(run, 'no artifacts that can be read here', whyNone(run));
  const key = keyInRun(objects, run.runId, uri);
  if (key === undefined)
    throw none(
      run,
      'no artifacts that can be read here',
      `its manifest lies at ${uri}, which is not its own`,
    );
  const text = await readText(objects, key, MOST_BYTES).catch((error: unknown) => {
    if (error instanceof ObjectNotFoundError) return undefined;
    throw error;
  });
  if (text === undefined || text === 'too large') {
    const why = text === undefined ? 'is not there any more' : `is larger than ${MOST_BYTES / 2 ** 20} MiB`;
    throw none(run, 'no artifacts that can be read here', `${uri} ${why}`);
  }
  const manifest = manifestText.safeParse(text.content);
  if (!manifest.success)
    throw none(
      run,
      'no artifacts that can be read here',
      `${uri} has a form that this version does not read`,
    );
  return { key, text: text.content, manifest: manifest.data };
}

const manifestText = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  })
  .pipe(modelManifestSchema);

function whyNone({ status, result }: Run): string {
  if (result) return 'its trainer wrote no manifest, as those of version 0.1 did not';
  return status === 'failed' || status === 'cancelled'
    ? `it is ${status}, and of its files only the report about its data is kept`
    : `it is ${status}: ask again once it is completed`;
}

function whyNoReport({ status }: Run): string {
  return isTerminal(status)
    ? `it is ${status}, and its trainer has written none before it ended`
    : `it is ${status}: ask again once it has ended`;
}

function none({ runId }: Run, what: string, why: string): DomainError {
  return new DomainError('no-artifact', `Run ${runId} has ${what}: ${why}.`);
}
