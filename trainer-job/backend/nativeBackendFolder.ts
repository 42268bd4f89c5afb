import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds `trainer-job`, whether this file runs as source or from the build. */
export function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'trainer-job', 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder)
      throw new Error(`no folder above ${fileURLToPath(import.meta.url)} holds trainer-job`);
    folder = parent;
  }
  return folder;
}

/** Where `npm run setup:tensorflow` puts the native backend. */
export function nativeBackendFolder(): string {
  return join(repositoryRoot(), '.tensorflow');
}
