/**
 * What MLflow takes of names, texts and batches: `mlflow/utils/validation.py` and "Log Batch" of its REST API
 * (https://mlflow.org/docs/latest/rest-api.html#log-batch).
 */
import { createHash } from 'node:crypto';

export interface Pair {
  key: string;
  value: string;
}

export interface Point {
  key: string;
  value: number;
  /** Milliseconds since 1970. */
  timestamp: number;
  step: number;
}

/** Of what `runs/log-batch` takes at once. */
export interface Batch {
  metrics: Point[];
  params: Pair[];
  tags: Pair[];
}

export const KEY_BYTES = 250;
export const PARAMETER_BYTES = 6000;
/** What older servers take of the value of a parameter: they took 250 once, then 500. */
export const EARLIER_PARAMETER_BYTES = [500, 250] as const;
export const TAG_BYTES = 5000;
const MOST = { metrics: 1000, params: 100, tags: 100, all: 1000 } as const;
/** A request may have 1 MB, of which a part is its frame. */
const BATCH_BYTES = 950_000;

/**
 * The name of a parameter, metric or tag as MLflow takes it: letters, digits, `_`, `-`, `.`, blanks and `/`, no path that leads
 * elsewhere, at most 250 bytes. A name that has to change gets eight digits of its digest, so that no two become one.
 */
export function keyOf(name: string): string {
  const allowed = name.replaceAll(/[^/\p{L}\p{N}_.\- ]/gu, '_');
  const path = allowed
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/');
  if (path === name && path !== '' && Buffer.byteLength(path) <= KEY_BYTES) return path;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${cutBytes(path, KEY_BYTES - 9)}_${digest}`;
}

/** The beginning of a text that has at most so many bytes in UTF-8, and no part of a character. */
export function cutBytes(text: string, most: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= most) return text;
  let end = most;
  // Bytes 10xxxxxx go on with a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString('utf8');
}

const ELLIPSIS = '…';

/**
 * A text of at most so many bytes, whose end says that some is missing. Halves of characters and the character NUL, which protocol buffers
 * and databases refuse, become `\uFFFD`.
 */
export function clipped(text: string, most: number): string {
  const whole = Buffer.from(text, 'utf8').toString('utf8').replaceAll('\0', '\uFFFD');
  if (Buffer.byteLength(whole) <= most) return whole;
  return `${cutBytes(whole, most - Buffer.byteLength(ELLIPSIS))}${ELLIPSIS}`;
}

/** All that there is, in its order, in as few requests as the limits allow: parameters and tags before metrics. */
export function batchesOf({ metrics, params, tags }: Partial<Batch>): Batch[] {
  const batches: Batch[] = [];
  let batch: Batch | undefined;
  let bytes = 0;
  const add = <K extends keyof Batch>(kind: K, item: Batch[K][number]) => {
    const size = Buffer.byteLength(JSON.stringify(item)) + 1;
    const count = batch ? batch.metrics.length + batch.params.length + batch.tags.length : 0;
    if (!batch || count >= MOST.all || batch[kind].length >= MOST[kind] || bytes + size > BATCH_BYTES) {
      batch = { metrics: [], params: [], tags: [] };
      batches.push(batch);
      bytes = 0;
    }
    (batch[kind] as Batch[K][number][]).push(item);
    bytes += size;
  };
  for (const param of params ?? []) add('params', param);
  for (const tag of tags ?? []) add('tags', tag);
  for (const point of metrics ?? []) add('metrics', point);
  return batches;
}
