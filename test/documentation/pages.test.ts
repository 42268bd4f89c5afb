/** What the pages name is there, and their tables can be read. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsOf, PAGES, proseOf, readPage, ROOT } from './markdown.js';

const WORKSPACES = ['shared', 'recommender', 'functions', 'trainer-job', 'local', 'dashboard', 'cloudbuild'];
/** Where a path in code quotes begins, if it is one of this repository. */
const FOLDERS = [...WORKSPACES, 'bench', 'docs', 'examples', 'test', '.ci'];
/** What a build or a user makes. */
const MADE = /(^|\/)(dist|bundle|node_modules)(\/|$)/;
const MOST_COLUMNS = 160;
/** It gives way to a generated page, which has no tables. The list only shrinks. */
const STILL_WIDE: readonly string[] = ['docs/specification.md'];

/** The links of a page that lead somewhere in this repository. */
function linksOf(page: string): { link: string; file: string; anchor: string }[] {
  const found = proseOf(readPage(page)).matchAll(/\]\(([^)\s]+)\)/g);
  return [...found]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [path = '', anchor = ''] = link.split('#');
      return { link, file: path === '' ? page : normalize(join(dirname(page), path)), anchor };
    });
}

function missingLinks(page: string): string[] {
  return linksOf(page)
    .filter(({ file, anchor }) => {
      if (!existsSync(join(ROOT, file))) return true;
      return anchor !== '' && file.endsWith('.md') && !anchorsOf(readPage(file)).has(anchor);
    })
    .map(({ link }) => link);
}

function missingPaths(page: string): string[] {
  const named = [...proseOf(readPage(page)).matchAll(/`([\w.@-]+(?:\/[\w.*-]+)+\/?)`/g)].map(
    ([, path = '']) => path,
  );
  return named
    .filter((path) => FOLDERS.includes(path.split('/')[0] ?? '') && !MADE.test(path))
    .filter((path) => !isThere(path));
}

/** A module may be named without its ending, and the last part of a path may be a pattern. */
function isThere(path: string): boolean {
  const pattern = basename(path);
  if (!pattern.includes('*'))
    return ['', '.ts', '.js'].some((ending) => existsSync(join(ROOT, path + ending)));
  const like = new RegExp(`^${pattern.replaceAll('.', String.raw`\.`).replaceAll('*', '.*')}$`);
  const folder = join(ROOT, dirname(path));
  return existsSync(folder) && readdirSync(folder).some((name) => like.test(name));
}

describe('the pages of the documentation', () => {
  it('are found', () => {
    expect(PAGES).toEqual(
      expect.arrayContaining([
        'README.md',
        'docs/README.md',
        'docs/decisions/README.md',
        'examples/README.md',
      ]),
    );
    expect(PAGES.flatMap(linksOf).length).toBeGreaterThan(150);
  });

  it.each(PAGES)('%s links to files and headings that are there', (page) => {
    expect(missingLinks(page)).toEqual([]);
  });

  // A decision names the files of its day.
  it.each(PAGES.filter((page) => !page.startsWith('docs/decisions/')))(
    '%s names paths that are there',
    (page) => {
      expect(missingPaths(page)).toEqual([]);
    },
  );

  it.each(PAGES.filter((page) => !STILL_WIDE.includes(page)))(
    `%s has no line of a table over ${MOST_COLUMNS} characters`,
    (page) => {
      const long = readPage(page)
        .split('\n')
        .filter((line) => line.startsWith('|') && line.length > MOST_COLUMNS);
      expect(long).toEqual([]);
    },
  );

  it('are all reached from the index', () => {
    const reached = new Set(linksOf('docs/README.md').map(({ file }) => file));
    const pages = PAGES.filter(
      (page) => /^docs\/(reference\/)?[^/]+\.md$/.test(page) && page !== 'docs/README.md',
    );
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });
});

describe('docs/glossary.md', () => {
  it('has each term once, in the order of the alphabet', () => {
    const terms = [...readPage('docs/glossary.md').matchAll(/^- \*\*(.+?)\*\*: /gm)].map(([, term = '']) =>
      term.toLowerCase(),
    );
    expect(terms.length).toBeGreaterThan(40);
    expect(terms).toEqual([...new Set(terms)].toSorted());
  });
});

describe('docs/architecture.md', () => {
  it('names every room of every workspace', () => {
    const page = readPage('docs/architecture.md');
    const rooms = WORKSPACES.flatMap((workspace) =>
      readdirSync(join(ROOT, workspace), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !MADE.test(entry.name))
        .map(({ name }) => `${workspace}/${name}`),
    );
    expect(rooms.length).toBeGreaterThan(40);
    expect(rooms.filter((room) => !page.includes(`\`${room}\``))).toEqual([]);
  });
});
