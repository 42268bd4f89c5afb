/**
 * How much memory SQL may take of this machine. DuckDB keeps to its own limit for what it has in tables and sorts, not for values
 * that an expression makes, so the process is bounded too: by the system, where it lets a process lower its limit, so that what
 * would go beyond it is refused; and everywhere by looking at what is resident.
 */
import { OUT_OF_MEMORY } from '@trainyard/shared';
import { DATA_REMEDY } from '../errors/machineFault.js';
import { TrainerError } from '../errors/trainerError.js';
import { limitData } from './systemLimit.js';

/** How often the resident memory is looked at. */
const LOOK_MS = 50;
const MEGABYTE = 1e6;

/** What a process may take beside what it held before, in bytes, for so many megabytes of DuckDB's own limit. */
function dataBound(memoryMegabytes: number): { resident: number; allocated: number } {
  // Files that are written and tables that are hashed lie beside DuckDB's own count; allocators keep more than is resident.
  return {
    resident: (1.5 * memoryMegabytes + 512) * MEGABYTE,
    allocated: (2 * memoryMegabytes + 768) * MEGABYTE,
  };
}

export interface BoundOptions {
  memoryMegabytes: number;
  /** False where JavaScript holds much as well: it ends the process where the system refuses it memory. */
  bySystem: boolean;
  /** Told once, when the process has taken more than it may. */
  onExceeded(this: void, error: TrainerError): void;
}

/**
 * Has the system bound this process, where it can, until the function is called that this resolves with. Who holds it around several
 * uses of `boundData` saves starting the programs that lower and raise a limit for each.
 */
export async function limitDataMemory(memoryMegabytes: number): Promise<() => Promise<void>> {
  return limitData(dataBound(memoryMegabytes).allocated);
}

/** Bounds this process until the function that it returns is called. */
export async function boundData({
  memoryMegabytes,
  bySystem,
  onExceeded,
}: BoundOptions): Promise<() => Promise<void>> {
  const bound = dataBound(memoryMegabytes);
  const before = nativeBytes();
  const unlimit = bySystem ? await limitDataMemory(memoryMegabytes) : null;
  const timer = setInterval(() => {
    const taken = nativeBytes() - before;
    if (taken <= bound.resident) return;
    clearInterval(timer);
    onExceeded(tooMuch(taken, memoryMegabytes));
  }, LOOK_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await unlimit?.();
  };
}

/** What is resident and not JavaScript's. */
function nativeBytes(): number {
  const { rss, heapTotal, external } = process.memoryUsage();
  return rss - heapTotal - external;
}

function tooMuch(bytes: number, memoryMegabytes: number): TrainerError {
  return new TrainerError(
    OUT_OF_MEMORY,
    `the data took ${Math.round(bytes / MEGABYTE)} MB of memory, and TRAINYARD_MEMORY_MB is ${memoryMegabytes}: values that SQL makes count beside it`,
    DATA_REMEDY,
  );
}
