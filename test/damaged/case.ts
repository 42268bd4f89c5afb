/** What stands in the tables of damaged and odd data: how it is made, and what must come of it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TrainingSpecInput } from '@trainyard/shared';
import { jsonLines, purchases } from '../support/data/purchases.js';

type DatasetInput = TrainingSpecInput['dataset'];

/** What the specification says beside the towers of `user` and `item`. Relative paths are below the case's folder. */
export interface Given {
  uri?: string;
  dataset?: Partial<DatasetInput>;
  features?: TrainingSpecInput['features'];
}

interface Refused {
  refused: string;
  /** What the message says; what a person needs to find the place. */
  says: RegExp;
}
export interface Read {
  /** Rows that are kept. */
  rows: number;
  /** The first rows, as far as they are named. */
  first?: Record<string, unknown>[];
  warns?: RegExp;
}

export interface DamagedCase {
  name: string;
  /** Writes the data, and says what differs from a source of the only file that is there. */
  write: (folder: string) => Promise<Given>;
  expected: Refused | Read;
}

type Content = string | Buffer;
/** By the names of files; content that costs something to make is made when the case runs. */
export type Files = Record<string, Content | (() => Content | Promise<Content>)>;

/** Texts that stand in no message: an error never quotes the data. */
export const SECRET = 'private-value';

export function refused(
  name: string,
  files: Files,
  code: string,
  says: RegExp,
  given: Given = {},
): DamagedCase {
  return { name, write: writing(files, given), expected: { refused: code, says } };
}

export function read(
  name: string,
  files: Files,
  rows: number,
  { first, warns, ...given }: Given & Pick<Read, 'first' | 'warns'> = {},
): DamagedCase {
  const expected = { rows, ...(first && { first }), ...(warns && { warns }) };
  return { name, write: writing(files, given), expected };
}

function writing(files: Files, given: Given): DamagedCase['write'] {
  return async (folder) => {
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, typeof content === 'function' ? await content() : content);
    }
    return { uri: Object.keys(files)[0] ?? 'nothing', ...given };
  };
}

export const HEADER = 'user,item,at';
/** 100 purchases without a header. */
export const ROWS = purchases.map(({ user, item, at }) => `${user},${item},${at}`);
export const JSONS = jsonLines();

export const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
/** A CSV of a header, these lines and the 100 purchases. */
export const csv = (...first: readonly string[]): string => lines(HEADER, ...first, ...ROWS);
/** JSON lines: these and the 100 purchases. */
export const jsonl = (...first: readonly string[]): string => lines(...first, ...JSONS);

/** With the bits of `mask` flipped in one byte, counted from the end where `at` is negative. */
export function flipped(bytes: Buffer, at: number, mask = 0x20): Buffer {
  const copy = Buffer.from(bytes);
  const place = at < 0 ? copy.length + at : at;
  copy[place] = (copy[place] ?? 0) ^ mask;
  return copy;
}
