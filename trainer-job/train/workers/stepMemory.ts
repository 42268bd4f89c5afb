/** Memory that all workers see and that grows to the largest batch: outputs of the towers and their gradients. */
export class StepMemory {
  private readonly kept = new Map<string, Float32Array>();

  /** `length` numbers under a name, whatever they were. */
  take(name: string, length: number): Float32Array {
    const known = this.kept.get(name);
    if (known && known.length >= length) return known.subarray(0, length);
    // Somewhat more: the next batch may have a few distinct entities more.
    const bytes = Math.ceil(length * 1.2) * Float32Array.BYTES_PER_ELEMENT;
    const made = new Float32Array(new SharedArrayBuffer(bytes));
    this.kept.set(name, made);
    return made.subarray(0, length);
  }
}
