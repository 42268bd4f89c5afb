import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync, type WriteStream } from 'node:fs';
import { chmod, link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { storeFaultOf } from '@trainyard/functions/errors/storeFault';
import { UserError } from '@trainyard/shared/commandLine/userError';

/**
 * What opens or writes a file of the data directory. Where that is not possible, a `UserError` in one sentence: the file, why, and
 * what to do.
 */
export async function withFile<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const fault = cause instanceof UserError ? undefined : storeFaultOf(cause);
    if (!fault) throw cause;
    throw new UserError('directory-unusable', `${file} ${fault.reason}: ${fault.remedy}`, { cause });
  }
}

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
  await withFile(root, () => makeFolder(root, 0o700));
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

const LEAST_SECRET = 32;

/** The secret that callback keys are derived from: made once, never shown. */
export async function masterSecret(directory: DataDirectory): Promise<string> {
  const file = join(directory.root, 'master-secret');
  return withFile(file, async () => {
    if (!existsSync(file)) await makeSecret(file);
    const secret = await readFile(file, 'utf8');
    // What is made is URL-safe base64; a longer line of another make is as good.
    if (secret.length < LEAST_SECRET || !/^[\x21-\x7e]+\s*$/.test(secret)) {
      throw new UserError(
        'directory-unusable',
        `${file} is damaged: delete it; runs that are under way will not be able to report`,
      );
    }
    await chmod(file, 0o600);
    return secret;
  });
}

async function makeSecret(file: string): Promise<void> {
  const fresh = `${file}.${process.pid}`;
  try {
    await writeFile(fresh, randomBytes(32).toString('base64url'), { mode: 0o600 });
    // Appears whole, and only where there is none.
    await link(fresh, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(fresh, { force: true });
  }
}

const LARGEST_LOG_BYTES = 50_000_000;

/**
 * The functions' structured log, appended to; a large one is set aside first and replaces the one before. Where it cannot be
 * written any more, `onError` hears it once, and the functions go on without.
 */
export async function openFunctionsLog(
  directory: DataDirectory,
  onError: (line: string) => void,
): Promise<WriteStream> {
  const file = join(directory.root, 'functions.log');
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  return withFile(file, async () => {
    if (size > LARGEST_LOG_BYTES) await rename(file, `${file}.1`);
    const log = createWriteStream(file, { flags: 'a', mode: 0o600 });
    await once(log, 'open');
    log.once('error', (error) => {
      const fault = storeFaultOf(error);
      onError(
        fault ? `${file} ${fault.reason}: ${fault.remedy}` : `${file} cannot be written: ${error.message}`,
      );
    });
    log.on('error', () => undefined);
    return log;
  });
}
