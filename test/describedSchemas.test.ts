import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { isTest, sourceFiles, workspaceOf } from './support/importGraph.js';

const ROOT = new URL('../', import.meta.url);

/** The lines of a source where `described` is given a schema by its name: its words would come out wherever that schema stands. */
function describedByName(file: string, text: string): string[] {
  if (!text.includes('described')) return [];
  const found: string[] = [];
  new Visitor({
    CallExpression({ callee, arguments: [schema] }) {
      if (callee.type !== 'Identifier' || callee.name !== 'described' || !schema) return;
      if (schema.type !== 'Identifier' && schema.type !== 'MemberExpression') return;
      found.push(`${file}:${text.slice(0, schema.start).split('\n').length}`);
    },
  }).visit(parseSync(file, text).program);
  return found;
}

describe('the words of a schema', () => {
  it('are given to a schema that stands in one place alone: one with a name is cloned first', () => {
    const files = sourceFiles().filter((file) => !isTest(file) && workspaceOf(file) !== 'test');
    const found = files.flatMap((file) =>
      describedByName(file, readFileSync(fileURLToPath(new URL(file, ROOT)), 'utf8')),
    );
    expect(found).toEqual([]);
  });

  it('are missed by none of the ways to name a schema', () => {
    const text = "described(a, '');\ndescribed(b.c, '');\ndescribed(d[e], '');\ndescribed(a.clone(), '');";
    expect(describedByName('a.ts', text)).toEqual(['a.ts:1', 'a.ts:2', 'a.ts:3']);
  });
});
