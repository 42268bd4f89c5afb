import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NO_SOURCES = new Set(['node_modules', 'dist', 'bundle']);

/** What each source file imports: paths from the repository's root, with `/`. A file that imports nothing has an empty list. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** The workspaces of `package.json`, by their folders, and the tests' own folder. */
export const WORKSPACES: readonly string[] = [
  ...z
    .object({ workspaces: z.array(z.string()) })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))).workspaces,
  'test',
];

export const isTest = (file: string) => file.endsWith('.test.ts');

export function workspaceOf(file: string): string {
  const found = WORKSPACES.find((workspace) => file.startsWith(`${workspace}/`));
  if (found === undefined) throw new Error(`${file} lies in no workspace`);
  return found;
}

/** The folder directly below a workspace that a file lies in, or the file itself where it lies directly in one. */
function roomOf(file: string): string {
  const workspace = workspaceOf(file);
  return `${workspace}/${file.slice(workspace.length + 1).split('/')[0] ?? ''}`;
}

/** Reads the imports of every workspace: static, dynamic, of types, passed on by `export … from`, and `new URL('….js', import.meta.url)`. */
export function readImportGraph(): ImportGraph {
  const files = sourceFiles();
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const specifiers = importsOf(file, readFileSync(join(ROOT, file), 'utf8'));
      const found = specifiers.flatMap((specifier) => {
        const source = resolved(file, specifier);
        if (source === undefined) return [];
        return known.has(`${source}x`) ? [`${source}x`] : [source];
      });
      const missing = found.filter((path) => !known.has(path));
      if (missing.length > 0)
        throw new Error(`${file} imports ${missing.join(', ')}: there is no such source`);
      return [file, [...new Set(found)].toSorted()];
    }),
  );
}

/** The TypeScript of every workspace: paths from the repository's root, with `/`. */
export function sourceFiles(): string[] {
  return WORKSPACES.flatMap(sourcesBelow);
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return NO_SOURCES.has(entry.name) ? [] : sourcesBelow(path);
    return /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}

/** The specifiers that a source text imports, in any of the ways there are. */
export function importsOf(name: string, text: string): string[] {
  const parsed = parseSync(basename(name), text);
  const { module, errors } = parsed;
  if (errors.length > 0) throw new Error(`${name}: ${errors.map(({ message }) => message).join('; ')}`);
  const specifiers = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
  ];
  const isElsewhere = module.importMetas.length > 0 || text.includes('import(');
  // The tree is read only where it is needed: it takes longer than all else.
  if (!isElsewhere) return specifiers;
  const add = (node: { type: string; value?: unknown }) => {
    if (node.type === 'Literal' && typeof node.value === 'string') specifiers.push(node.value);
  };
  new Visitor({
    ImportExpression: ({ source }) => add(source),
    TSImportType: ({ source }) => add(source),
    NewExpression: ({ callee, arguments: [url, base] }) => {
      if (callee.type !== 'Identifier' || callee.name !== 'URL' || !url || base?.type !== 'MemberExpression')
        return;
      if (url.type === 'Literal' && String(url.value).endsWith('.js')) add(url);
    },
  }).visit(parsed.program);
  return specifiers;
}

/** The source that a specifier of `file` means; `undefined` for a package or a file that is no TypeScript. */
function resolved(file: string, specifier: string): string | undefined {
  const [, workspace, inside] = /^@trainyard\/([^/]+)(?:\/(.*))?$/.exec(specifier) ?? [];
  if (workspace) return `${workspace}/${inside ?? 'index'}.ts`;
  if (!specifier.startsWith('.') || !specifier.endsWith('.js')) return undefined;
  const path = posix.join(posix.dirname(file), specifier);
  // What is run as it is has no source: it lies in `bin` or in a build.
  return /(^|\/)(bin|dist)\//.test(path) ? undefined : path.replace(/\.js$/, '.ts');
}

/** Every pair of rooms that import each other, and the imports that make them one. Tests look into other rooms as they like. */
export function mutualRooms(graph: ImportGraph): Map<string, string[]> {
  const edges = new Map<string, string[]>();
  for (const [file, imports] of graph) {
    if (isTest(file)) continue;
    for (const imported of imports) {
      const [from, to] = [roomOf(file), roomOf(imported)];
      if (from === to) continue;
      const edge = `${from} -> ${to}`;
      edges.set(edge, [...(edges.get(edge) ?? []), `${file} imports ${imported}`]);
    }
  }
  const pairs = new Map<string, string[]>();
  for (const [edge, imports] of edges) {
    const [from = '', to = ''] = edge.split(' -> ');
    const back = edges.get(`${to} -> ${from}`);
    if (back && from < to) pairs.set(`${from} <-> ${to}`, [...imports, ...back]);
  }
  return pairs;
}

/** The circles of a graph: groups of files each of which reaches every other one of its group (Tarjan's algorithm). */
export function circles(graph: ImportGraph): string[][] {
  const found: string[][] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string) => {
    index.set(file, index.size);
    low.set(file, index.size - 1);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(file, Math.min(low.get(file) ?? 0, low.get(next) ?? 0));
    }
    if (low.get(file) !== index.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1) found.push(group.toSorted());
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return found;
}

/** The folders with their numbers of files that are no tests. */
export function filesPerFolder(graph: ImportGraph): Map<string, number> {
  const counts = new Map<string, number>();
  for (const file of graph.keys()) {
    if (isTest(file)) continue;
    const folder = posix.dirname(file);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return counts;
}
