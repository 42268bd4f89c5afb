/** The size of a document as Firestore counts it (https://firebase.google.com/docs/firestore/storage-size), the same in every store. */
import type { DocumentData } from './documentStore.js';

/** What Firestore stores in one document at most: 1 MiB. */
export const MAX_DOCUMENT_BYTES = 1_048_576;

const OVERHEAD = 32;
const NAME_OVERHEAD = 16;

/** Nothing of it was written, and no other attempt will be. */
export class DocumentTooLargeError extends Error {
  override readonly name = 'DocumentTooLargeError';
  constructor(
    readonly path: string,
    readonly bytes: number,
  ) {
    super(
      `document ${path} would have ${bytes} bytes, and a document has at most ${MAX_DOCUMENT_BYTES}, as Firestore counts them`,
    );
  }
}

/** Fails with `DocumentTooLargeError`. */
export function requireStorable(path: string, data: DocumentData): void {
  const bytes = documentBytes(path, data);
  if (bytes > MAX_DOCUMENT_BYTES) throw new DocumentTooLargeError(path, bytes);
}

/** The size of a document with its name. */
export function documentBytes(path: string, data: DocumentData): number {
  const name = path.split('/').reduce((sum, segment) => sum + textBytes(segment), NAME_OVERHEAD);
  return name + mapBytes(data);
}

function mapBytes(map: object): number {
  let bytes = OVERHEAD;
  for (const [name, value] of Object.entries(map))
    if (value !== undefined) bytes += textBytes(name) + valueBytes(value);
  return bytes;
}

function valueBytes(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return textBytes(value);
    case 'number':
      return 8;
    case 'object':
      if (value === null) return 1;
      return Array.isArray(value)
        ? value.reduce<number>((sum, item) => sum + valueBytes(item), 0)
        : mapBytes(value);
    default:
      return 1;
  }
}

/** In UTF-8, and one for its end. */
function textBytes(text: string): number {
  return Buffer.byteLength(text) + 1;
}
