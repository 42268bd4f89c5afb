import type { Readable } from 'node:stream';

/** The first byte and the last one; both are there. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Keys are slash-separated relative paths without `.` or `..` segments. */
export interface ObjectStore {
  /** Writes the object unless the key is taken; false when it was. Readers never see a part of it. */
  putIfAbsent(key: string, content: Buffer | Readable): Promise<boolean>;
  get(key: string): Promise<Buffer | undefined>;
  /** Fails before the first byte: with `ObjectNotFoundError`, and with `ObjectSizeError` where the whole object has not `size` bytes. */
  openRead(key: string, part?: { range?: ByteRange | undefined; size?: number }): Promise<Readable>;
  /** All keys that begin with `prefix`, in order. */
  list(prefix: string): Promise<string[]>;
  /** Deleting what is not there is no error. */
  delete(key: string): Promise<void>;
  /** The URI under which a trainer reaches the key (`file://…`, `gs://…`). */
  uri(key: string): string;
}

export class ObjectNotFoundError extends Error {
  override readonly name = 'ObjectNotFoundError';
  constructor(readonly uri: string) {
    super(`no object at ${uri}`);
  }
}

export class ObjectSizeError extends Error {
  override readonly name = 'ObjectSizeError';
  constructor(
    readonly uri: string,
    readonly size: number,
    expected: number,
  ) {
    super(`the object at ${uri} has ${size} bytes, not ${expected}`);
  }
}
