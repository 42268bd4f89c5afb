/** The trainer that tests start: its build in few files, of which a process takes a third of the time to start. */
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleTrainer } from '../../../cloudbuild/bundleTrainer.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const BUILD = join(ROOT, 'trainer-job/dist');
const BUNDLE = join(BUILD, 'bundle');
/** What it is made of, and what makes it. */
const MADE_OF = ['shared/dist', 'recommender/dist', 'trainer-job/dist', 'cloudbuild/bundleTrainer.ts'];

/** Makes the bundle where the build is newer than it, before the first test. */
export default async function setUp(): Promise<void> {
  const changes = await Promise.all(MADE_OF.map((path) => lastChange(join(ROOT, path))));
  const made = await stat(join(BUNDLE, 'main.js')).catch(() => null);
  if (made && made.mtimeMs > Math.max(...changes)) return;
  const folder = await mkdtemp(join(BUILD, 'bundle-'));
  await bundleTrainer(folder);
  await rm(BUNDLE, { recursive: true, force: true });
  await rename(folder, BUNDLE);
}

/** When the newest file at or below the path was written, in milliseconds; bundles do not count. */
async function lastChange(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new Error(`${path} is missing: run "npm run build" first`);
  if (!found.isDirectory()) return found.mtimeMs;
  const names = (await readdir(path)).filter((name) => !name.startsWith('bundle'));
  return Math.max(0, ...(await Promise.all(names.map((name) => lastChange(join(path, name))))));
}
