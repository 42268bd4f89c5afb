import { randomBytes } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { chmod, link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a host keeps what it knows. */
export interface DataDirectory {
  root: string;
  documents: string;
  events: string;
  objects: string;
  jobs: string;
  samples: string;
  emulators: string;
  /** Where messages are left that ask for retraining. */
  retrain: string;
}

/** Names the places, and makes the folder: readable by its owner only, for it holds a secret and a team's purchases. */
export async function openDataDirectory(root: string): Promise<DataDirectory> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  return {
    root,
    documents: join(root, 'documents.db'),
    events: join(root, 'events.db'),
    objects: join(root, 'objects'),
    jobs: join(root, 'jobs'),
    samples: join(root, 'samples'),
    emulators: join(root, 'emulators'),
    retrain: retrainFolderOf(root),
  };
}

/** Also for those who leave messages, without opening the rest. */
export function retrainFolderOf(root: string): string {
  return join(root, 'retrain');
}

/** The secret that callback keys are derived from: made once, never shown. */
export async function masterSecret(directory: DataDirectory): Promise<string> {
  const file = join(directory.root, 'master-secret');
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, randomBytes(32).toString('base64url'), { mode: 0o600 });
  try {
    // Appears whole, and only where there is none.
    await link(fresh, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(fresh, { force: true });
  }
  const secret = await readFile(file, 'utf8');
  if (secret.length < 32)
    throw new Error(`${file} is damaged: delete it; runs that are under way will not be able to report`);
  await chmod(file, 0o600);
  return secret;
}

const LARGEST_LOG_BYTES = 50_000_000;

/** The functions' structured log, appended to; a large one is set aside first and replaces the one before. */
export async function openFunctionsLog(directory: DataDirectory): Promise<WriteStream> {
  const file = join(directory.root, 'functions.log');
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LARGEST_LOG_BYTES) await rename(file, `${file}.1`);
  return createWriteStream(file, { flags: 'a', mode: 0o600 });
}
