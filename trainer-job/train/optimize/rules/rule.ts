/** One step: its number, from 1, and its learning rate. */
export interface StepRate {
  step: number;
  rate: number;
}

/**
 * Changes the rows `rows` of `values` and of the slots, each [any, width] row-major, by their gradient [rows.length, width].
 * Loops are over whole gradients, without a call for each row.
 */
type Update = (
  values: Float32Array,
  slots: readonly Float32Array[],
  rows: Int32Array,
  width: number,
  gradient: Float32Array,
) => void;

/** How an optimizer changes what it has a gradient of. */
export interface Rule {
  /** What each of its slots, the size of the parameter, begins with. */
  slots: Readonly<Record<string, number>>;
  updateAt(step: StepRate): Update;
}

/** For rules whose slots are known to be there. */
export function slotAt(slots: readonly Float32Array[], place: number): Float32Array {
  const slot = slots[place];
  if (!slot) throw new RangeError(`slot ${place} of ${slots.length}`);
  return slot;
}
