import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SEEN_FILES } from '@trainyard/recommender/format/files';
import { seenDocumentSchema, type SeenDocument } from '@trainyard/recommender/format/seen';
import { writeArrays } from '../../data/typedFiles.js';
import type { SeenItems } from './seenItems.js';

/** Writes `seen.json` and `seen.bin` as the recommender reads them. */
export async function saveSeen(
  folder: string,
  { users, items, pairs, rowsLeftOut, ends, list }: SeenItems,
  order: SeenDocument['order'],
): Promise<void> {
  const document: SeenDocument = { schemaVersion: 1, users, items, pairs, order, rowsLeftOut };
  await writeArrays(join(folder, SEEN_FILES.binary), ends, list);
  const text = JSON.stringify(seenDocumentSchema.parse(document), null, 2);
  await writeFile(join(folder, SEEN_FILES.document), `${text}\n`);
}
