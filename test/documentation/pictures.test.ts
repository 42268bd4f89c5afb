/** The pictures of the page in the documentation: `npm run docs:pictures` takes them. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES, readPage, ROOT } from './markdown.js';

const FOLDER = 'docs/pictures';
const taken = readdirSync(join(ROOT, FOLDER)).toSorted();

describe('the pictures of the page', () => {
  it('have one of each view that stands in the navigation, and no other file', () => {
    const entries = [...readPage('dashboard/views/views.ts').matchAll(/path: '([^']+)', title: /g)];
    const inNavigation = entries.map(([, path = '']) => (path === '/' ? 'home' : path.slice(1)));
    expect(inNavigation.length).toBeGreaterThan(4);
    const linked = ['run', 'model', 'sweep'];
    expect(taken).toEqual([...inNavigation, ...linked].map((name) => `${name}.webp`).toSorted());
  });

  it('are each shown by a page', () => {
    const shown = PAGES.flatMap((page) =>
      [...readPage(page).matchAll(/pictures\/([\w-]+\.webp)/g)].map(([, name = '']) => name),
    );
    expect([...new Set(shown)].toSorted()).toEqual(taken);
  });

  it('are small', () => {
    const large = taken.filter((name) => statSync(join(ROOT, FOLDER, name)).size >= 100_000);
    expect(large).toEqual([]);
  });
});
