/** `npm run bundle [-- FOLDER]`: writes what is deployed, a folder each, and says how large it is and what it loads. */
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { bundleFunctions } from './bundleFunctions.js';

const folder = resolve(process.argv[2] ?? 'functions/bundle');
await rm(folder, { recursive: true, force: true });
await makeFolder(folder);
for (const { entry, bytes, installed, packages, laterPackages } of await bundleFunctions(folder)) {
  const later = laterPackages.length > 0 ? `, later ${laterPackages.join(' ')}` : '';
  const size = `${String(bytes).padStart(9)} bytes, ${String(installed).padStart(3)} packages`;
  process.stdout.write(`${entry.padEnd(10)} ${size}; loads ${packages.join(' ')}${later}\n`);
}
process.stdout.write(`in ${folder}\n`);
