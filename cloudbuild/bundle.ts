/** `npm run bundle [-- FOLDER]`: writes what is deployed, and says what each function loads. */
import { mkdir, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { bundleFunctions } from './bundleFunctions.js';

const folder = resolve(process.argv[2] ?? 'functions/bundle');
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
for (const { entry, packages, laterPackages } of await bundleFunctions(folder)) {
  const later = laterPackages.length > 0 ? `, later ${laterPackages.join(' ')}` : '';
  process.stdout.write(`${entry.padEnd(10)} loads ${packages.join(' ')}${later}\n`);
}
process.stdout.write(`in ${folder}\n`);
