/** Brings what a run has left behind, file by file, and checks each by the manifest. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { modelManifestSchema, type ModelManifest, type RunView } from '@trainyard/shared';
import { USER_ERRORS, UserError } from '@trainyard/shared/commandLine/userError';
import { makeFolder } from '@trainyard/shared/makeFolder';
import type { TrainyardClient } from '../client/trainyardClient.js';

/** How often a file is asked for again. */
const TRIES = 4;
const PAUSE_MS = 100;

export interface Progress {
  files: number;
  of: number;
  bytes: number;
  ofBytes: number;
}

/** Writes the files of the manifest and the manifest itself into `folder`. */
export async function downloadArtifacts(
  client: TrainyardClient,
  run: RunView,
  folder: string,
  options: { signal: AbortSignal; onProgress: (progress: Progress) => void },
): Promise<ModelManifest> {
  const { signal, onProgress } = options;
  const text = await again(signal, 'manifest.json', async () =>
    (await client.artifact(run.runId, 'manifest.json', signal)).text(),
  );
  const manifest = manifestOf(run, text);
  const progress = {
    files: 0,
    of: manifest.files.length,
    bytes: 0,
    ofBytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  for (const file of manifest.files) {
    const path = join(folder, ...segmentsOf(file.path));
    await makeFolder(dirname(path));
    const open = () => client.artifact(run.runId, file.path, signal);
    await again(signal, file.path, () =>
      download(run, file, { open, listedBy: 'its manifest', path, signal }),
    );
    progress.files += 1;
    progress.bytes += file.bytes;
    onProgress({ ...progress });
  }
  await writeFile(join(folder, 'manifest.json'), text);
  return manifest;
}

/** Writes the files that people attached to the run into `folder`, which is made where there are any. */
export async function downloadAttachments(
  client: TrainyardClient,
  run: RunView,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  for (const file of run.attachments) {
    const path = join(folder, ...segmentsOf(file.path));
    await makeFolder(dirname(path));
    const open = () => client.attachment(run.runId, file.path, signal);
    await again(signal, file.path, () => download(run, file, { open, listedBy: 'the run', path, signal }));
  }
}

interface Download {
  open: () => Promise<Response>;
  /** Who says its digest. */
  listedBy: string;
  path: string;
  signal: AbortSignal;
}

/** Writes one file, and throws where it is not what is listed. */
async function download(
  { name }: RunView,
  file: { path: string; sha256: string },
  { open, listedBy, path, signal }: Download,
): Promise<void> {
  const { body } = await open();
  const digest = createHash('sha256');
  const hashing = new Transform({
    transform(part: Buffer, _encoding, done) {
      digest.update(part);
      done(null, part);
    },
  });
  await pipeline(body ? Readable.fromWeb(body) : Readable.from([]), hashing, createWriteStream(path), {
    signal,
  });
  if (digest.digest('hex') !== file.sha256)
    throw new UserError('foreign-answer', `${file.path} of ${name} is not the file that ${listedBy} lists`);
}

/** A connection that breaks off in the middle of a large file, or a server that is busy, is tried once more, up to four times. */
async function again<T>(signal: AbortSignal, file: string, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries > TRIES || signal.aborted || !mayPass(error)) throw broken(file, error);
    }
    await pause(PAUSE_MS * 2 ** tries, undefined, { signal });
  }
}

function mayPass(error: unknown): boolean {
  return isBroken(error) || (error instanceof UserError && USER_ERRORS[error.code].retried);
}

/** What fetch throws where the answer ends before its length, be it before the headers have left: no file system has such an error. */
function isBroken(error: unknown): boolean {
  if (error instanceof UserError) return isBroken(error.cause) && error.code === 'unreachable';
  return (
    error instanceof TypeError && (error.message === 'terminated' || codeOf(error.cause) === 'UND_ERR_SOCKET')
  );
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}

function broken(file: string, error: unknown): unknown {
  return isBroken(error)
    ? new UserError(
        'unreachable',
        `the server broke off ${file} ${TRIES + 1} times: run the command again later; where it always ends there, the file in the store is not the one that the manifest lists, and the server's log says so`,
        { cause: error },
      )
    : error;
}

function manifestOf({ name }: RunView, text: string): ModelManifest {
  const wrong = (cause: unknown) =>
    new UserError('foreign-answer', `the manifest of ${name} has a form that this version does not read`, {
      cause,
    });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw wrong(cause);
  }
  const manifest = modelManifestSchema.safeParse(content);
  if (!manifest.success) throw wrong(manifest.error);
  return manifest.data;
}

/** A path that leads out of the folder is nobody's artifact. */
function segmentsOf(path: string): string[] {
  const segments = path.split('/');
  if (segments.some((segment) => ['', '.', '..'].includes(segment) || /[\\:\0]/.test(segment)))
    throw new UserError(
      'foreign-answer',
      `the manifest lists ${JSON.stringify(path)}, which is no path in its folder`,
    );
  return segments;
}
