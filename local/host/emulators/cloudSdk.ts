import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '@trainyard/shared/commandLine/userError';

const run = promisify(execFile);

export interface EmulatorPrograms {
  firestore: string;
  pubsub: string;
}

/** Finds the programs of the Google Cloud SDK, and Java, which they run on. */
export async function findEmulators(): Promise<EmulatorPrograms> {
  const root = await sdkRoot();
  const programs = {
    firestore: join(root, 'platform', 'cloud-firestore-emulator', 'cloud_firestore_emulator'),
    pubsub: join(root, 'platform', 'pubsub-emulator', 'bin', 'cloud-pubsub-emulator'),
  };
  const missing = Object.values(programs).filter((program) => !existsSync(program));
  if (missing.length > 0) {
    throw new UserError(
      'emulators-missing',
      `--emulators needs ${missing.join(' and ')}: run "gcloud components install cloud-firestore-emulator pubsub-emulator", ` +
        'or install the packages google-cloud-cli-firestore-emulator and google-cloud-cli-pubsub-emulator',
    );
  }
  await checkJava();
  return programs;
}

/** Whether this machine lacks what the emulators need, as opposed to a fault of theirs. */
export function isEmulatorsMissing(error: unknown): error is UserError {
  return error instanceof UserError && error.code === 'emulators-missing';
}

async function sdkRoot(): Promise<string> {
  try {
    const { stdout } = await run('gcloud', ['info', '--format=value(installation.sdk_root)']);
    return stdout.trim();
  } catch (cause) {
    throw new UserError(
      'emulators-missing',
      '--emulators needs the Google Cloud SDK, and "gcloud info" did not answer: install it (https://cloud.google.com/sdk/docs/install), ' +
        'or run without --emulators, which needs nothing but Node',
      { cause },
    );
  }
}

async function checkJava(): Promise<void> {
  try {
    await run('java', ['-version']);
  } catch (cause) {
    throw new UserError(
      'emulators-missing',
      '--emulators needs Java, and "java -version" did not answer: install a Java runtime, 11 or later',
      { cause },
    );
  }
}
