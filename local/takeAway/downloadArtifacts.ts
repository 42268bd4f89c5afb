/** Brings what a run has left behind, file by file, and checks each by the manifest. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { modelManifestSchema, type ModelManifest, type RunView } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import type { TrainyardClient } from '../client/trainyardClient.js';

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
  const text = await (await client.artifact(run.runId, 'manifest.json', signal)).text();
  const manifest = manifestOf(run, text);
  const progress = {
    files: 0,
    of: manifest.files.length,
    bytes: 0,
    ofBytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  for (const file of manifest.files) {
    const path = join(folder, ...segmentsOf(file.path));
    await mkdir(dirname(path), { recursive: true });
    const { body } = await client.artifact(run.runId, file.path, signal);
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
      throw new UserError(
        'foreign-answer',
        `${file.path} of ${run.name} is not the file that its manifest lists`,
      );
    progress.files += 1;
    progress.bytes += file.bytes;
    onProgress({ ...progress });
  }
  await writeFile(join(folder, 'manifest.json'), text);
  return manifest;
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
