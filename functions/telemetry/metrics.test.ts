import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const read = (path: string) => readFile(fileURLToPath(new URL(path, import.meta.url)), 'utf8');

it('docs/operations.md says what every number means, and of no other', async () => {
  const source = await read('metrics.ts');
  const named = [...source.matchAll(/(?:counter|gauge|seconds)\(\s*'([a-z._]+)'/g)].map(
    ([, name]) => `trainyard.${name}`,
  );
  const documented = [...(await read('../../docs/operations.md')).matchAll(/^\| `(trainyard\.[a-z._]+)`/gm)];
  const rows = documented.flatMap(([line, name]) => (line.includes('with') ? [] : (name ?? [])));
  expect([...new Set(rows)].toSorted()).toEqual(named.toSorted());
  expect(named.length).toBeGreaterThan(15);
});
