/** A folder of a model in memory: what an older trainer wrote, and what it did not write yet. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ReadFile } from '@trainyard/recommender';
import { packTexts } from '../../../trainer-job/data/typedFiles.js';

const GOLDEN = fileURLToPath(new URL('../../../recommender/golden/trainer-0.1.0-tower-2/', import.meta.url));

export type Files = Map<string, Uint8Array>;

/** All files of a golden folder. */
export function goldenFiles(kind: string): Files {
  const folder = `${GOLDEN}${kind}/`;
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.\w+$/.test(path),
  );
  return new Map(paths.map((path) => [path, new Uint8Array(readFileSync(folder + path))]));
}

/** Adds what users have, by positions in the catalogue, and what is known of the items; then the manifest. */
export function describedFolder(
  files: Files,
  { users, items }: { users: readonly string[]; items: readonly string[] },
  seen: Readonly<Record<string, readonly number[]>>,
  columns: readonly KnownColumn[],
  ofUsers: readonly KnownColumn[] = [],
): Files {
  const lists = users.map((user) => seen[user] ?? []);
  const list = lists.flat();
  const ends = [0];
  for (const own of lists) ends.push(ends.at(-1)! + own.length);
  const counts = { users: users.length, items: items.length, pairs: list.length };
  const all = new Map(files);
  all.set('seen.json', jsonBytes({ schemaVersion: 1, ...counts, order: 'time', rowsLeftOut: 0 }));
  all.set('seen.bin', integersAsBytes([...ends, ...list]));
  const values = packedValues(columns);
  all.set('items.json', jsonBytes({ schemaVersion: 1, entities: items.length, columns: values.columns }));
  all.set('items.bin', values.bytes);
  if (ofUsers.length > 0) {
    const own = packedValues(ofUsers);
    all.set('users.json', jsonBytes({ schemaVersion: 1, entities: users.length, columns: own.columns }));
    all.set('users.bin', own.bytes);
  }
  return withManifest(all);
}

/** The values of one column, as texts. */
export interface KnownColumn {
  name: string;
  /** As DuckDB writes it. */
  type: string;
  values: readonly (string | null)[];
}

function packedValues(columns: readonly KnownColumn[]) {
  const parts: Uint8Array[] = [];
  let offset = 0;
  const described = columns.map(({ name, type, values }) => {
    const distinct = [...new Set(values.filter((value) => value !== null))];
    const texts = packTexts(distinct);
    const codes = values.map((value) => (value === null ? 0 : distinct.indexOf(value) + 1));
    const place = { offset, bytes: texts.length };
    parts.push(texts, integersAsBytes(codes));
    offset += texts.length + codes.length * 4;
    return {
      name,
      type,
      distinct: distinct.length,
      texts: place,
      codes: { offset: place.offset + place.bytes },
    };
  });
  return { columns: described, bytes: new Uint8Array(Buffer.concat(parts)) };
}

function integersAsBytes(integers: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(integers).buffer);
}

export function withManifest(files: Files): Files {
  const listed = [...files].map(([path, content]) => ({
    path,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    contentType: 'application/octet-stream',
  }));
  const manifest = {
    schemaVersion: 1,
    version: 'test#1',
    createdAt: new Date(0).toISOString(),
    files: listed,
  };
  return new Map(files).set('manifest.json', jsonBytes(manifest));
}

export function readerOf(files: Files): ReadFile {
  return async (path) => {
    const content = files.get(path);
    if (!content) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
    return content;
  };
}

export function jsonBytes(document: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(document));
}
