import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';

/**
 * The Firestore emulator keeps its documents in memory. A snapshot is a live export; `current` names the newest whole one,
 * so a crash while one is written costs what came after the one before.
 */
export interface Snapshots {
  /** The metadata file of the newest snapshot relative to `folder`, to start the emulator from; null without one. */
  newest(): Promise<string | null>;
  take(now: Date): Promise<void>;
}

export function snapshotsIn(folder: string, project: string, address: () => string): Snapshots {
  const pointer = join(folder, 'current');
  const newestName = () => readFile(pointer, 'utf8').catch(() => null);
  return {
    async newest() {
      const name = await newestName();
      return name === null ? null : join(name, `${name}.overall_export_metadata`);
    },
    async take(now) {
      const name = `snapshot-${now.getTime()}`;
      await makeFolder(folder);
      const response = await fetch(`http://${address()}/emulator/v1/projects/${project}:export`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          database: `projects/${project}/databases/(default)`,
          export_directory: folder,
          export_name: name,
        }),
      });
      const answer = await response.text();
      if (!response.ok)
        throw new Error(
          `the Firestore emulator did not export (${response.status}): ${answer.slice(0, 300)}`,
        );
      await writeFile(`${pointer}.unfinished`, name);
      await rename(`${pointer}.unfinished`, pointer);
      const old = (await readdir(folder)).filter((entry) => entry.startsWith('snapshot-') && entry !== name);
      await Promise.all(old.map((entry) => rm(join(folder, entry), { recursive: true, force: true })));
    },
  };
}
