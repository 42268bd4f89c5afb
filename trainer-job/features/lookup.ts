/** The serving side of the `lookup` transform: the same value has the same index as in the encoded rows. */

/** Encodes one value: its index in the vocabulary, 0 when it is unknown, null or missing. */
export type Lookup = (value: string | number | bigint | boolean | null | undefined) => number;

/** From the values of indices 1, 2, … as `readVocabulary` gives them. */
export function lookupOf(vocabulary: readonly string[]): Lookup {
  const indices = new Map(vocabulary.map((value, i) => [value, i + 1]));
  return (value) => (value === null || value === undefined ? 0 : (indices.get(String(value)) ?? 0));
}
