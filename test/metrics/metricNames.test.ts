/** A list of metric names beside the table is what a new metric would be forgotten in. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { METRICS } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const WORKSPACES = [
  'shared',
  'recommender',
  'functions',
  'trainer-job',
  'local',
  'dashboard',
  'cloudbuild',
  'bench',
];

async function sources(workspace: string): Promise<string[]> {
  const files = await readdir(join(root, workspace), { recursive: true });
  return files
    .filter(
      (file) =>
        /\.tsx?$/.test(file) && !/\.(test|d)\.ts$|(^|\/)(dist|node_modules|bundle)\/|^metrics\//.test(file),
    )
    .map((file) => join(workspace, file));
}

const withoutComments = (text: string) => text.replaceAll(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');

const names = Object.values(METRICS)
  .map(({ name }) => name)
  .join('|');
const prefixed = new RegExp(String.raw`\b(val|test|train)_(${names})\b`);
const perK = Object.values(METRICS)
  .filter(({ perK: isPerK }) => isPerK)
  .map(({ name }) => name)
  .join('|');
/** `'rmse'`, or a K behind a name, as literals. Names that are English words stand for other things as well. */
const bare = new RegExp(String.raw`['"\x60](rmse|mae|auc|accuracy)['"\x60]|['"\x60](${perK})_at_`);

describe('metric names', () => {
  it.each(WORKSPACES)('are made by the table, and written out nowhere in %s', async (workspace) => {
    const found = [];
    const files = await sources(workspace);
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) {
      const text = withoutComments(await readFile(join(root, file), 'utf8'));
      // What benches print has keys of its own, which their bars name.
      const literals = workspace === 'bench' ? [prefixed] : [prefixed, bare];
      for (const literal of literals) {
        const match = literal.exec(text);
        if (match) found.push(`${file}: ${match[0]}`);
      }
    }
    expect(found).toEqual([]);
  });
});
