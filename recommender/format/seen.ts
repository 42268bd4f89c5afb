/**
 * Which items each user has, in compressed rows: `seen.json` describes `seen.bin`, which holds users + 1 uint32 with the end of each
 * user's items (the first is 0), then the items of one user after the other, uint32. Little-endian.
 */
import { z } from 'zod';
import { SEEN_FILES } from './files.js';
import { readBytes, readDocument, type ReadFile } from './read.js';
import { cutOff, uint32Of } from './uint32.js';

export const seenDocumentSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** As many as the vocabulary of the query tower's id has: user u is its value u, row u + 1 of the embedding. */
  users: z.int().min(0),
  /** As many as the catalogue has: item i is its id i. */
  items: z.int().min(0),
  /** Pairs of a user and an item, each once. */
  pairs: z.int().min(0),
  /** What "newest" goes by: the time of the split or, where it has none, the place in the data: of the rows of test before those of validation, and those before train. */
  order: z.enum(['time', 'data']),
  /** Rows of all splits whose user or item training does not know: they are in no list. */
  rowsLeftOut: z.int().min(0),
});
export type SeenDocument = z.infer<typeof seenDocumentSchema>;

export const SEEN_VERSIONS = { 1: seenDocumentSchema };

export interface Seen extends SeenDocument {
  /** Positions in the catalogue of what the user at that position of the vocabulary has, newest first as `order` has it; to be read only. */
  of(this: void, user: number): Uint32Array;
}

/** Rejects where the folder has no such files, and where they are not whole. */
export async function readSeen(read: ReadFile): Promise<Seen> {
  const [document, bytes] = await Promise.all([
    readDocument(read, SEEN_FILES.document, SEEN_VERSIONS),
    readBytes(read, SEEN_FILES.binary),
  ]);
  const { users, pairs, items } = document;
  const all = uint32Of(SEEN_FILES.binary, bytes, users + 1 + pairs);
  const ends = all.subarray(0, users + 1);
  const list = all.subarray(users + 1);
  if (ends[0] !== 0 || ends[users] !== pairs || !ascending(ends) || list.some((item) => item >= items))
    throw cutOff(`${SEEN_FILES.binary} is not what ${SEEN_FILES.document} says`);
  return { ...document, of: (user) => list.subarray(ends[user], ends[user + 1]) };
}

function ascending(ends: Uint32Array): boolean {
  for (let i = 1; i < ends.length; i++) if (ends[i]! < ends[i - 1]!) return false;
  return true;
}
