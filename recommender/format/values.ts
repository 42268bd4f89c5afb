/**
 * The values that the columns of a tower have in the newest training row of each item (`items.json`, `items.bin`) or user
 * (`users.json`, `users.bin`), as texts that the encoder reads back: 7 of a number, 2024-01-02 03:04:05 of a time. Each column has a
 * list of its distinct values and, for each entity, a code: 0 where the value is missing, else its position in the list from 1 on.
 */
import { z } from 'zod';
import { RecommenderError } from '../error.js';
import { VALUES_FILES } from './files.js';
import { readBytes, readDocument, type ReadFile } from './read.js';
import { unpackTexts } from './texts.js';

const columnSchema = z.strictObject({
  name: z.string(),
  /** DuckDB's type of the column in the data, such as VARCHAR, BIGINT or TIMESTAMP. */
  type: z.string(),
  distinct: z.int().min(0),
  /** Where the distinct values lie, packed as `unpackTexts` reads them. */
  texts: z.strictObject({ offset: z.int().min(0), bytes: z.int().min(0) }),
  /** Where the codes begin: uint32 of each entity, little-endian. */
  codes: z.strictObject({ offset: z.int().min(0) }),
});

export const valuesDocumentSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** As many as the vocabulary of the tower's id has, in its order. */
  entities: z.int().min(0),
  /** All columns that the tower reads but the one of its id. */
  columns: z.array(columnSchema),
});
export type ValuesDocument = z.infer<typeof valuesDocumentSchema>;

const VALUES_VERSIONS = { 1: valuesDocumentSchema };

export interface Values {
  entities: number;
  columns: readonly { name: string; type: string }[];
  /** By column, of the entity at that position of the vocabulary; null where it is missing. */
  of(this: void, entity: number): Record<string, string | null>;
  /** Of all entities, of one column; undefined where there is no such column. */
  column(this: void, name: string): ((entity: number) => string | null) | undefined;
}

/** Rejects where the folder has no such files, and where they are not whole. */
export async function readValues(read: ReadFile, whose: keyof typeof VALUES_FILES): Promise<Values> {
  const files = VALUES_FILES[whose];
  const [{ entities, columns }, bytes] = await Promise.all([
    readDocument(read, files.document, VALUES_VERSIONS),
    readBytes(read, files.binary),
  ]);
  const readers = new Map(
    columns.map((column) => [column.name, columnReader(files.binary, bytes, column, entities)]),
  );
  return {
    entities,
    columns: columns.map(({ name, type }) => ({ name, type })),
    of: (entity) => Object.fromEntries(Array.from(readers, ([name, valueOf]) => [name, valueOf(entity)])),
    column: (name) => readers.get(name),
  };
}

/** Decodes the texts when the first is asked for. */
function columnReader(
  file: string,
  bytes: Uint8Array,
  { texts, codes, distinct }: z.infer<typeof columnSchema>,
  entities: number,
): (entity: number) => string | null {
  if (texts.offset + texts.bytes > bytes.length || codes.offset + 4 * entities > bytes.length)
    throw new RecommenderError(
      'mismatched-files',
      `${file} has ${bytes.length} bytes, which is too few`,
      'copy all files of one run, and wait until they are whole',
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset + codes.offset, 4 * entities);
  let list: string[] | undefined;
  return (entity) => {
    list ??= unpackTexts(bytes.subarray(texts.offset, texts.offset + texts.bytes), distinct);
    const code = view.getUint32(4 * entity, true);
    return code === 0 ? null : (list[code - 1] ?? null);
  };
}
