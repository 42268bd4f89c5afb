import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VALUES_FILES } from '@trainyard/recommender/format/files';
import { valuesDocumentSchema, type ValuesDocument } from '@trainyard/recommender/format/values';
import { bytesOf, packTexts } from '../../data/typedFiles.js';

/** The values of one column of all entities. */
export interface ColumnOfValues {
  name: string;
  /** DuckDB's type of the column in the data. */
  type: string;
  /** The distinct values. */
  texts: readonly string[];
  /** [entities] 0 for a missing value, else its position in `texts` from 1 on. */
  codes: Uint32Array;
}

/** Writes the columns one after the other, as `readValues` of the recommender reads them; what they hold is let go in between. */
export async function saveValues(
  folder: string,
  whose: keyof typeof VALUES_FILES,
  entities: number,
  columns: AsyncIterable<ColumnOfValues>,
): Promise<void> {
  const document: ValuesDocument = { schemaVersion: 1, entities, columns: [] };
  const file = await open(join(folder, VALUES_FILES[whose].binary), 'w');
  try {
    let offset = 0;
    for await (const { name, type, texts, codes } of columns) {
      const packed = packTexts(texts);
      // Codes begin at a multiple of four, so that readers may take them in place.
      const padded = Buffer.concat([packed, Buffer.alloc((4 - (packed.length % 4)) % 4)]);
      await file.writeFile(padded);
      await file.writeFile(bytesOf(codes));
      document.columns.push({
        name,
        type,
        distinct: texts.length,
        texts: { offset, bytes: packed.length },
        codes: { offset: offset + padded.length },
      });
      offset += padded.length + codes.byteLength;
    }
  } finally {
    await file.close();
  }
  const text = JSON.stringify(valuesDocumentSchema.parse(document), null, 2);
  await writeFile(join(folder, VALUES_FILES[whose].document), `${text}\n`);
}
