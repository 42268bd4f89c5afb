import type { z } from 'zod';

/** A part of the transform that is cached by itself, so that a change makes anew only what depends on it. */
export interface PieceRequest<T> {
  /** Everything that the part depends on. */
  key: unknown;
  /** What `produce` returns, read back from disk where the part is there already. */
  outcome: z.ZodType<T>;
  produce(folder: string): Promise<T>;
}

interface Piece<T> {
  folder: string;
  outcome: T;
  /** The key, as a digest. */
  digest: string;
}

export type PieceCache = <T>(request: PieceRequest<T>) => Promise<Piece<T>>;
