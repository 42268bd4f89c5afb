/** Embedding width for a vocabulary of `size` values, the cardinality guide of the source system (inventory C43). */
export function embeddingDimFor(size: number): number {
  if (size < 50) return 8;
  if (size < 500) return 16;
  if (size < 5_000) return 32;
  if (size < 50_000) return 64;
  if (size < 500_000) return 128;
  return 256;
}
