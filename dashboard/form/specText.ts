/** A specification as the text that people write, YAML or JSON, which keeps its comments when a form changes a value in it. */
import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  stringify,
  type Document,
} from 'yaml';
import { keysOfPointer } from '@trainyard/shared/http/jsonPointer';
import { valueAt, type Path } from './paths.js';

interface LineMistake {
  /** From 1. */
  line: number;
  message: string;
}

export interface ReadText {
  /** Undefined where the text cannot be read as a mapping. */
  spec: Readonly<Record<string, unknown>> | undefined;
  mistakes: LineMistake[];
  /** The line on which something stands, or the nearest above it that is there. */
  lineOf: (pointer: string) => number;
}

export function readText(text: string): ReadText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (pointer: string) => lines.linePos(offsetOf(document, keysOfPointer(pointer))).line;
  const mistakes = document.errors.map(({ pos, message }) => ({
    line: lines.linePos(pos[0]).line,
    message,
  }));
  if (mistakes.length > 0) return { spec: undefined, mistakes, lineOf };
  const value: unknown = document.toJS() ?? {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return { spec: value as Record<string, unknown>, mistakes, lineOf };
  const message = 'A specification is a mapping of keys, such as "dataset:" with its own keys below it.';
  return { spec: undefined, mistakes: [{ line: 1, message }], lineOf };
}

/** The text with another value in one place; without the key where the value is undefined. */
export function withValue(text: string, path: Path, value: unknown): string {
  const document = parseDocument(text);
  makeWay(document, path);
  if (value === undefined) document.deleteIn(path);
  // A plain value changes the node that is there, with the comment behind it.
  else document.setIn(path, typeof value === 'object' ? document.createNode(value) : value);
  return document.toString({ lineWidth: 0 });
}

export function textOf(spec: unknown): string {
  return stringify(spec, { lineWidth: 0 });
}

/** What the place is within becomes a collection of its own where it is none, or only stands for one elsewhere. */
function makeWay(document: Document, path: Path): void {
  for (let length = 0; length < path.length; length++) {
    const way = path.slice(0, length);
    const node: unknown = length === 0 ? document.contents : document.getIn(way, true);
    if (isCollection(node)) continue;
    const meant = isAlias(node) ? valueAt(document.toJS(), way) : undefined;
    const own = document.createNode(meant ?? (typeof path[length] === 'number' ? [] : {}));
    if (length === 0) document.contents = own;
    else document.setIn(way, own);
  }
}

function offsetOf(document: Document.Parsed, keys: readonly string[]): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const key of keys) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
      if (!pair || !isScalar(pair.key)) return offset;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      if (isScalar(node) || isCollection(node)) offset = node.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}
