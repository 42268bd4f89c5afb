/** `npm run docs` writes `docs/reference`; `npm run docs -- --check` fails where it is not what the sources say. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pages } from './pages.js';
import { staleFiles, writeReference } from './reference.js';

/** Of the repository, from the folder of the build. */
const FOLDER = fileURLToPath(new URL('../../reference', import.meta.url));

async function main(flags: readonly string[]): Promise<number> {
  const unknown = flags.filter((flag) => flag !== '--check');
  if (unknown.length > 0) {
    process.stderr.write(`npm run docs knows --check only, and was given ${unknown.join(' ')}\n`);
    return 2;
  }
  if (!flags.includes('--check')) {
    const written = await writeReference(FOLDER, pages);
    process.stdout.write(`docs/reference: ${written.length} of ${Object.keys(pages).length} pages changed\n`);
    return 0;
  }
  const stale = await staleFiles(FOLDER, pages);
  for (const name of stale)
    process.stderr.write(`${join('docs/reference', name)} is stale: run npm run docs\n`);
  return stale.length > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
