/** What of the machine this process may take: what the machine or the container has, unless the environment says otherwise. */
import { arch, availableParallelism, platform, totalmem } from 'node:os';
import { processEnvironment, readVariables } from './environment.js';
import {
  acceleratorVariablesSchema,
  cacheLimitsSchema,
  dataLimitsSchema,
  latencyVariablesSchema,
  tableMemorySchema,
  trainerMemorySchema,
} from './variables.js';

/** Bytes of memory of the machine, or of the container. */
function memoryBytes(): number {
  // 0 where there is no container, a huge number where it has no limit.
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

/** Bytes that the trainer's process may hold. */
export function trainerMemoryBytes(environment = processEnvironment()): number {
  const { TRAINYARD_TRAINER_MEMORY_MB: megabytes } = readVariables(environment, trainerMemorySchema);
  return megabytes === undefined ? memoryBytes() : megabytes * 1e6;
}

/** Bytes that the encoded queries may take while a model trains; a larger table is read from disk in blocks. */
export function tableMemoryBytes(environment = processEnvironment()): number {
  const { TRAINYARD_TABLE_MEMORY_MB: megabytes } = readVariables(environment, tableMemorySchema);
  return megabytes === undefined ? memoryBytes() / 4 : megabytes * 1e6;
}

/** What the requests of one size may take together, in milliseconds, when the latency of an exported model is measured. */
export function latencyMs(environment = processEnvironment()): number {
  return readVariables(environment, latencyVariablesSchema).TRAINYARD_LATENCY_MS;
}

export interface CacheLimits {
  /** Of the outputs of all stages together, on disk. */
  bytes: number;
  /** Outputs that were not used for so long go whatever the size; null keeps them. */
  unusedSeconds: number | null;
}

/** 20 GB, whatever its age, unless the environment says otherwise. */
export function cacheLimits(environment = processEnvironment()): CacheLimits {
  const { TRAINYARD_CACHE_MB: megabytes, TRAINYARD_CACHE_UNUSED_DAYS: days } = readVariables(
    environment,
    cacheLimitsSchema,
  );
  return { bytes: megabytes * 1e6, unusedSeconds: days === undefined ? null : days * 86_400 };
}

/** What the data stages may take of the machine. */
export interface DataLimits {
  /** Memory of DuckDB, in MB: 2048, or half of what the machine or the container has, unless that is more. */
  memoryMegabytes: number;
  threads: number;
}

export function dataLimits(environment = processEnvironment()): DataLimits {
  const { TRAINYARD_MEMORY_MB: megabytes, TRAINYARD_THREADS: threads } = readVariables(
    environment,
    dataLimitsSchema,
  );
  return {
    memoryMegabytes: megabytes ?? Math.min(2048, Math.max(128, Math.floor(memoryBytes() / 2e6))),
    threads: threads ?? cores(),
  };
}

export interface AcceleratorSettings {
  /** How many GPUs this job was given; null where nobody says, as on one's own machine. */
  expectedGpus: number | null;
  /** `CUDA_VISIBLE_DEVICES`, which CUDA reads itself. */
  visibleDevices: string | null;
}

/** What the check of the GPUs goes by. */
export function acceleratorSettings(environment = processEnvironment()): AcceleratorSettings {
  const { EXPECTED_GPUS: expectedGpus } = readVariables(environment, acceleratorVariablesSchema);
  // An empty list of devices is not the same as none: it hides every GPU.
  return { expectedGpus: expectedGpus ?? null, visibleDevices: environment['CUDA_VISIBLE_DEVICES'] ?? null };
}

/** The cores that this process may use. */
export function cores(): number {
  return availableParallelism();
}

/** The machine, as the run's metadata record it. */
export function machine(): { node: string; platform: string; cpuCount: number } {
  return { node: process.version, platform: `${platform()}-${arch()}`, cpuCount: cores() };
}
