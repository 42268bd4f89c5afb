import { DocumentExistsError } from './documentStore.js';

/** gRPC's codes for what Firestore answers to a commit that it refuses. */
export const GRPC = { notFound: 5, alreadyExists: 6, failedPrecondition: 9, aborted: 10 } as const;

export function hasCode(error: unknown, codes: readonly number[]): error is Error & { code: number } {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'number' && codes.includes(error.code)
  );
}

/** Says which of the created documents was there, if the error is about that at all. */
export function existsError(error: unknown, created: readonly string[]): DocumentExistsError | undefined {
  if (!hasCode(error, [GRPC.alreadyExists])) return undefined;
  // Told as a full name, `projects/…/documents/runs/r1`, or as the emulator does, `path=/runs/r1`.
  const words = error.message.split(/[\s,{}]+/);
  const named = created.filter((candidate) => words.some((word) => word.endsWith(`/${candidate}`)));
  const path = named.toSorted((a, b) => b.length - a.length)[0] ?? created[0];
  return path === undefined ? undefined : new DocumentExistsError(path);
}
