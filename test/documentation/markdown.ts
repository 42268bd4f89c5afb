/** The hand-written pages, and what the tests of the documentation read in them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const readPage = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The pages directly in a folder, or with those of the folders below it. */
function pagesIn(folder: string, recursive: boolean): string[] {
  return readdirSync(join(ROOT, folder), { recursive, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => join(folder, name));
}

/** Every page of the repository but the changelog, which names what was there once. */
export const PAGES: readonly string[] = [
  ...['', 'examples', 'recommender'].flatMap((folder) => pagesIn(folder, false)),
  ...['docs', 'bench'].flatMap((folder) => pagesIn(folder, true)),
]
  .filter((path) => path !== 'CHANGELOG.md')
  .toSorted();

/** A page without its blocks of code. */
export const proseOf = (text: string): string => text.replaceAll(/^ *```[^]*?^ *```$/gm, '');

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(text: string): Set<string> {
  const headings = [...proseOf(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
  const slug = (heading: string) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
  return new Set(headings.map(slug));
}
