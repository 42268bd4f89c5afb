import { describe, expect, it } from 'vitest';
import {
  circles,
  filesPerFolder,
  importsOf,
  isTest,
  mutualRooms,
  readImportGraph,
  workspaceOf,
  WORKSPACES,
} from './support/importGraph.js';

const graph = readImportGraph();

/** Whom the sources of a workspace may import, besides their own. Those of `test`, and the tests beside the code, may import all. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  recommender: ['shared'],
  functions: ['shared', 'recommender'],
  'trainer-job': ['shared', 'recommender'],
  local: ['shared', 'recommender', 'functions', 'cloudbuild'],
  dashboard: ['shared'],
  cloudbuild: ['shared'],
  'docs/generate': WORKSPACES,
  bench: WORKSPACES,
  test: WORKSPACES,
};

const MOST_FILES = 25;

describe('the rooms of the house', () => {
  it('have a rule for each workspace', () => {
    expect(Object.keys(MAY_IMPORT).toSorted()).toEqual(WORKSPACES.toSorted());
    expect(graph.size).toBeGreaterThan(500);
  });

  it('import only from the workspaces that they may', () => {
    const strays = [...graph].flatMap(([file, imports]) => {
      const own = workspaceOf(file);
      if (isTest(file)) return [];
      const allowed = [own, ...(MAY_IMPORT[own] ?? [])];
      return imports
        .filter((imported) => !allowed.includes(workspaceOf(imported)))
        .map((imported) => `${file} imports ${imported}`);
    });
    expect(strays).toEqual([]);
  });

  it('never import each other, not even types', () => {
    expect([...mutualRooms(graph)]).toEqual([]);
  });

  it('have no circle of imports between files, not even of types', () => {
    expect(circles(graph)).toEqual([]);
  });

  it(`hold at most ${MOST_FILES} files a folder, tests not counted`, () => {
    expect([...filesPerFolder(graph)].filter(([, count]) => count > MOST_FILES)).toEqual([]);
  });
});

describe('what the rooms are read by', () => {
  it('finds an import in each of its forms', () => {
    const text = `
      import { a } from './a.js';
      import type { B } from './b.js';
      import './c.js';
      export * from './d.js';
      export type { E } from './e.js';
      type F = import('./f.js').F;
      const g = await import('./g.js');
      const h = new Worker(new URL('./h.js', import.meta.url));
      const no = "import './no.js'"; // import './neither.js'
    `;
    expect(importsOf('x.ts', text).toSorted()).toEqual(
      ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => `./${name}.js`),
    );
  });

  it('finds rooms that import each other, whichever of their files do, and leaves tests out', () => {
    const files = new Map([
      ['bench/one/a.ts', ['bench/two/b.ts']],
      ['bench/two/b.ts', []],
      ['bench/two/c.ts', ['bench/one/d.ts', 'bench/two/b.ts']],
      ['bench/one/d.ts', []],
      ['bench/three.ts', ['bench/one/a.ts']],
      ['bench/one/a.test.ts', ['bench/three.ts']],
    ]);
    expect([...mutualRooms(files).keys()]).toEqual(['bench/one <-> bench/two']);
    expect(circles(files)).toEqual([]);
  });

  it('finds each circle of files, however long, and its files alone', () => {
    const files = new Map([
      ['a', ['b']],
      ['b', ['c', 'x']],
      ['c', ['a']],
      ['x', ['y']],
      ['y', ['x', 'z']],
      ['z', []],
    ]);
    expect(circles(files)).toEqual([
      ['x', 'y'],
      ['a', 'b', 'c'],
    ]);
  });
});
