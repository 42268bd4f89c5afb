/** What the server has against what was sent, by the files and lines that it came from. */
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { keysOfPointer } from '@trainyard/shared/http/jsonPointer';
import { RefusedError } from '../../client/request.js';

/** A key of a file, from its root. */
interface FilePlace {
  file: string;
  keys: readonly string[];
}

/** Where a part of a request came from: a file, or a flag as somebody typed it. */
export type SentPlace = FilePlace | { flag: string };

/**
 * What the work comes to. Where the server refuses it, the refusal names the lines of the files, or the flags; `placeOf` says where a part of
 * the request came from, if it is known.
 */
export async function withNamedPlaces<T>(
  work: Promise<T>,
  placeOf: (keys: readonly string[]) => SentPlace | undefined,
  cwd: string,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof RefusedError) || error.errors.length === 0) throw error;
    const named = await Promise.all(
      error.errors.map(async ({ pointer }) => {
        const place = placeOf(keysOfPointer(pointer));
        if (!place) return pointer || '/';
        return 'flag' in place ? place.flag : nameOf(place, cwd);
      }),
    );
    const { code, headline, errors } = error;
    throw new RefusedError(code === 'unavailable' ? code : 'refused', headline, errors, {
      named,
      cause: error,
    });
  }
}

/** `shop.yaml:24: training.batchSize`. */
async function nameOf({ file, keys }: FilePlace, cwd: string): Promise<string> {
  const lines = new LineCounter();
  const document = parseDocument(await readFile(file, 'utf8'), { lineCounter: lines });
  const { line } = lines.linePos(offsetOf(document, keys));
  const shown = relative(cwd, file);
  return [
    `${shown.startsWith('..') ? file : shown}:${line}`,
    ...(keys.length > 0 ? [keys.join('.')] : []),
  ].join(': ');
}

/** Where the key stands, or the nearest one above it that is there. */
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
      // A list may stand for an object with `values`.
      if (!/^\d+$/.test(key)) continue;
      node = node.items[Number(key)];
      if (isScalar(node) || isMap(node) || isSeq(node)) offset = node.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}
