/** All items but entity 0, which stands for the unknown ones. */
export function catalogue(entities: number): Int32Array {
  return Int32Array.from({ length: entities - 1 }, (_, i) => i + 1);
}
