/** Takes what schemas say of themselves out of a bundle that serves it to nobody. */
import type { Plugin } from 'rolldown';

/** A part of a syntax tree, as [ESTree](https://github.com/estree/estree) has it, with its place in the text. */
interface Node {
  type: string;
  start: number;
  end: number;
}

/**
 * Leaves `schema` of each `described(schema, 'What it is.', example)` in the modules of `shared` and `functions`: the words
 * would be read, and kept, at each cold start. A schema that nothing uses goes as a whole then.
 */
export const withoutWords: Plugin = {
  name: 'schemas-without-words',
  transform(code, id) {
    if (!/[\\/](shared|functions)[\\/]dist[\\/]/.test(id) || !code.includes('described(')) return null;
    const calls: { call: Node; schema: Node }[] = [];
    visit(this.parse(code), (node) => {
      if (!isCallOf(node, 'described')) return;
      const [schema] = node.arguments;
      if (schema) calls.push({ call: node, schema });
    });
    return cut(
      code,
      calls.flatMap(({ call, schema }) => [
        { start: call.start, end: schema.start },
        { start: schema.end, end: call.end },
      ]),
    );
  },
};

function isCallOf(node: Node, name: string): node is Node & { arguments: readonly Node[] } {
  if (node.type !== 'CallExpression') return false;
  const { callee } = node as Node & { callee: Node & { name?: string } };
  return callee.type === 'Identifier' && callee.name === name;
}

/** Every node of a tree, the outer before the inner. */
function visit(value: unknown, seen: (node: Node) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if ('type' in value && 'start' in value && 'end' in value) seen(value as Node);
  for (const part of Object.values(value)) visit(part, seen);
}

/** The text without these parts, of which none overlaps another. */
function cut(code: string, parts: readonly { start: number; end: number }[]): string {
  let rest = '';
  let from = 0;
  for (const { start, end } of parts.toSorted((a, b) => a.start - b.start)) {
    rest += code.slice(from, start);
    from = end;
  }
  return rest + code.slice(from);
}
