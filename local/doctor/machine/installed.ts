import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { repositoryFile } from '../../repositoryFile.js';

/** The folder, or the nearest one above it that is there. */
export function existingFolder(folder: string): string {
  for (let path = resolve(folder); ; path = dirname(path)) if (existsSync(path)) return path;
}

/** Whether `npm run setup:tensorflow` was run: it puts the native backend into a folder of its own beside the trainer's. */
export function hasNativeTensorflow(): boolean {
  const trainer = dirname(repositoryFile('trainer-job/package.json'));
  return existsSync(join(trainer, '..', '.tensorflow', 'node_modules', '@tensorflow'));
}
