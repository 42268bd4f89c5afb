/** Both homes of a run, opened by the environment variables of a job. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import { openHome } from '../../trainer-job/home/openHome.js';
import { settingsFromEnvironment } from '../../trainer-job/settings/settings.js';
import { StorageStandIn } from '../support/standIns/storageStandIn.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { RUN_ID, secretOf } from '../support/hosts/trainerProcess.js';
import { artifactHomeContract, type HomeOfAttempt, type OpenedHomes } from './artifactHome.contract.js';

const BUCKET = 'shop-trainyard';

/** `root` is the folder of everything, as a URI without a slash at its end. */
function attemptsAt(root: string, extra: () => Record<string, string> = () => ({})): OpenedHomes['attempt'] {
  return async (attempt, { run = 'own', resumes } = {}): Promise<HomeOfAttempt> => {
    const settings = settingsFromEnvironment({
      RUN_ID,
      ATTEMPT: String(attempt),
      SPEC_URI: `${root}/specs/spec.json`,
      ARTIFACT_URI: `${root}/runs/${run}`,
      CACHE_URI: `${root}/cache`,
      ...(resumes !== undefined && { RESUME_URI: `${root}/runs/${resumes}/checkpoints` }),
      CALLBACK_URL: 'http://127.0.0.1:9/webhook/',
      RUN_SECRET: secretOf(attempt),
      ...extra(),
    });
    const log: string[] = [];
    const home = await openHome(settings, (_level, message) => log.push(message));
    return { settings, home, log };
  };
}

artifactHomeContract('folders of this machine', async () => {
  const folder = await temporaryFolder();
  const file = (place: string) => (place.startsWith('file:') ? fileURLToPath(place) : place);
  return {
    attempt: attemptsAt(pathToFileURL(folder).href),
    async putSpec(text) {
      const path = join(folder, 'specs', 'spec.json');
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    },
    read: async (place) => (existsSync(file(place)) ? readFile(file(place), 'utf8') : undefined),
  };
});

artifactHomeContract('a bucket', async () => {
  const storage = new StorageStandIn();
  await storage.start();
  onTestFinished(() => storage.stop());
  storage.buckets.set(BUCKET, new Map());
  const folder = await temporaryFolder();
  let machines = 0;
  return {
    attempt: attemptsAt(`gs://${BUCKET}/shop`, () => ({
      TRAINYARD_SCRATCH: join(folder, `machine-${++machines}`),
      STORAGE_EMULATOR_HOST: storage.endpoint,
    })),
    putSpec: async (text) => storage.put(BUCKET, 'shop/specs/spec.json', text),
    read: async (place) => storage.text(BUCKET, place.replace(`gs://${BUCKET}/`, '')),
  };
});
