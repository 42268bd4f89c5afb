/** Memory that all threads see and that grows to the largest batch: outputs of the towers, and gradients. */
export class StepMemory {
  private readonly floats = new Map<string, Float32Array>();
  private readonly integers = new Map<string, Int32Array>();

  /** `length` numbers under a name, whatever they were. */
  allocate(name: string, length: number): Float32Array {
    return allocated(this.floats, name, length, (bytes) => new Float32Array(new SharedArrayBuffer(bytes)));
  }

  allocateIntegers(name: string, length: number): Int32Array {
    return allocated(this.integers, name, length, (bytes) => new Int32Array(new SharedArrayBuffer(bytes)));
  }
}

function allocated<T extends Float32Array | Int32Array>(
  kept: Map<string, T>,
  name: string,
  length: number,
  make: (bytes: number) => T,
): T {
  let memory = kept.get(name);
  if (!memory || memory.length < length) {
    // Somewhat more: the next batch may have a few distinct entities more.
    memory = make(Math.ceil(length * 1.2) * Float32Array.BYTES_PER_ELEMENT);
    kept.set(name, memory);
  }
  return memory.subarray(0, length) as T;
}
