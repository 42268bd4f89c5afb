/** Folders of models as large as a claim needs: the vectors are groups of items that are alike, as those of trained models are, drawn by a seed. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { packTexts } from '@trainyard/trainer-job/data/typedFiles';
import { randomFor } from '@trainyard/trainer-job/model/random';
import { makeFolder } from '@trainyard/shared/makeFolder';

export interface MadeUp {
  items: number;
  width: number;
  users: number;
  /** Items that each user already has. */
  seen: number;
}

export interface MadeUpFolder {
  folder: string;
  /** [items, width] and [users, width] as raw little-endian float32, for peers. */
  vectors: string;
  queries: string;
}

/** Of the candidate tower's own embedding, which nothing but new items goes through. */
const OWN_DIM = 8;
const GROUPS = 2000;

/** What stands in for what would be drawn. */
export interface Given {
  /** [items, width] */
  vectors?: Float32Array;
  /** [users, width] */
  queries?: Float32Array;
  /** Writes more files into the folder, and returns their paths. */
  beside?(this: void, folder: string): Promise<readonly string[]>;
}

/** Writes the folder of a retrieval model, with what users have and a manifest. */
export async function madeUpFolder(
  folder: string,
  { items, width, users, seen }: MadeUp,
  given: Given = {},
): Promise<MadeUpFolder> {
  const random = randomFor(11, `${items} items of ${width}`);
  const written: { path: string; bytes: number; sha256: string; contentType: string }[] = [];
  const list = (path: string, content: Uint8Array | string) => {
    const sha256 = createHash('sha256').update(content).digest('hex');
    const bytes = Buffer.byteLength(content);
    written.push({ path, bytes, sha256, contentType: 'application/octet-stream' });
  };
  const write = async (path: string, content: Uint8Array | string) => {
    await makeFolder(dirname(join(folder, path)));
    await writeFile(join(folder, path), content);
    list(path, content);
  };
  const queries = Float32Array.from({ length: (users + 1) * width }, () => normal(random));
  if (given.queries) queries.set(given.queries, width);
  await write('item_vectors.f32', bytesOf(given.vectors ?? groupedVectors(items, width, random)));
  await writeTower(write, 'query', users, width, width, queries);
  const own = Float32Array.from({ length: (items + 1) * OWN_DIM }, () => normal(random));
  await writeTower(write, 'candidate', items, OWN_DIM, width, own);
  await writeTransform(write, users, items, width);
  const had = Uint32Array.from({ length: users * seen }, () => Math.floor(random() * items));
  const ends = Uint32Array.from({ length: users + 1 }, (_, user) => user * seen);
  const counts = { users, items, pairs: had.length };
  await write('seen.json', JSON.stringify({ schemaVersion: 1, ...counts, order: 'data', rowsLeftOut: 0 }));
  await write('seen.bin', Buffer.concat([bytesOf(ends), bytesOf(had)]));
  for (const path of (await given.beside?.(folder)) ?? []) list(path, await readFile(join(folder, path)));
  const manifest = { schemaVersion: 1, version: 'made up', createdAt: new Date(0), files: [...written] };
  await write('manifest.json', JSON.stringify(manifest));
  await writeFile(join(folder, 'queries.f32'), bytesOf(queries.subarray(width)));
  return { folder, vectors: join(folder, 'item_vectors.f32'), queries: join(folder, 'queries.f32') };
}

type Write = (path: string, content: Uint8Array | string) => Promise<void>;

/** Some groups are longer than others, as the vectors of popular items are. */
function groupedVectors(items: number, width: number, random: () => number): Float32Array {
  const centres = Float32Array.from({ length: GROUPS * width }, () => normal(random));
  const vectors = new Float32Array(items * width);
  for (let item = 0; item < items; item++) {
    const from = Math.floor(random() * GROUPS) * width;
    const size = 0.5 + random();
    for (let c = 0; c < width; c++) {
      vectors[item * width + c] = size * ((centres[from + c] ?? 0) + 0.5 * (random() + random() - 1));
    }
  }
  return vectors;
}

async function writeTower(
  write: Write,
  tower: 'query' | 'candidate',
  ids: number,
  dim: number,
  width: number,
  embedding: Float32Array,
): Promise<void> {
  const isDense = dim !== width;
  const weights = [{ name: `${tower}/embedding/${ID[tower]}`, rows: ids + 1, columns: dim, offset: 0 }];
  const end = (ids + 1) * dim;
  if (isDense) {
    weights.push({ name: `${tower}/dense0/weights`, rows: dim, columns: width, offset: end });
    weights.push({ name: `${tower}/dense0/bias`, rows: 1, columns: width, offset: end + dim * width });
  }
  const document = {
    schemaVersion: 3,
    tower,
    width,
    features: [encodedFeature(tower, ids, dim)],
    idFeature: 0,
    layers: isDense
      ? [{ type: 'dense', units: width, activation: 'linear', initializer: 'glorotUniform' }]
      : [],
    model: { type: 'retrieval', similarity: 'dot', temperature: 1 },
    weights,
  };
  await write(`${tower}_model/tower.json`, JSON.stringify(document));
  const dense = isDense ? new Float32Array((dim + 1) * width).fill(0.1) : new Float32Array();
  await write(`${tower}_model/weights.bin`, Buffer.concat([bytesOf(embedding), bytesOf(dense)]));
}

const ID = { query: 'user', candidate: 'item' } as const;

function encodedFeature(tower: 'query' | 'candidate', ids: number, dim: number) {
  const common = { name: ID[tower], columns: [ID[tower]], transform: 'lookup' };
  return { ...common, kind: 'embedding', rows: ids + 1, dim, indices: 1 };
}

async function writeTransform(write: Write, users: number, items: number, width: number): Promise<void> {
  const [userIds, itemIds] = [textsOf('u', users), textsOf('i', items)];
  const tower = (name: 'query' | 'candidate', ids: number, dim: number, offset: number, bytes: number) => ({
    features: [
      {
        encoded: encodedFeature(name, ids, dim),
        fitted: { transform: 'lookup', oovBuckets: 1 },
        vocabulary: { size: ids, offset, bytes },
      },
    ],
    idFeature: 0,
    entities: ids + 1,
    inputWidth: dim,
  });
  const document = {
    schemaVersion: 2,
    query: tower('query', users, width, 0, userIds.length),
    candidate: tower('candidate', items, OWN_DIM, userIds.length, itemIds.length),
    queryEntities: 'tuples',
    rows: { train: 1, validation: 1, test: 1 },
  };
  await write('transform/transform.json', JSON.stringify(document));
  await write('transform/transform.bin', Buffer.concat([userIds, itemIds]));
}

const textsOf = (letter: string, count: number) =>
  packTexts(Array.from({ length: count }, (_, i) => `${letter}${i}`));

function bytesOf(array: Float32Array | Uint32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** Nearly normal: the sum of uniform numbers. */
function normal(random: () => number): number {
  return random() + random() + random() - 1.5;
}
