/** What an attempt runs on and what it is made of, for its run, its metadata and its report. */
import { arch, cpus, release, type } from 'node:os';
import { SEED_PURPOSES, seedOf, type RunEnvironment, type TrainingSpec } from '@trainyard/shared';
import { askDriver } from '../accelerator/nvidia.js';
import { loggedVariables } from '../settings/loggedVariables.js';
import { cores, trainerMemoryBytes } from '../settings/limits.js';
import type { Settings } from '../settings/settings.js';
import { codeState } from './codeState.js';

interface Backend {
  name: 'tensorflow' | 'wasm' | 'cpu';
  device: 'gpu' | 'cpu';
  reason: string;
  version: string;
}

/** The longest texts that a run keeps of it. */
const LONGEST = 300;
const cut = (text: string, longest = LONGEST) => text.slice(0, longest);

/** `backend` is null in a job that only prepares data. */
export async function environmentOf(
  settings: Pick<Settings, 'gitCommit' | 'image'>,
  spec: TrainingSpec,
  backend: Backend | null,
): Promise<RunEnvironment> {
  const [code, { gpus, driver }] = await Promise.all([codeState(settings), askDriver()]);
  const model = cpus()[0]?.model.trim();
  return {
    code: code.state,
    machine: {
      system: cut(`${type()} ${release()}`),
      architecture: arch(),
      cpuModel: model ? cut(model) : null,
      cpuCount: cores(),
      memoryMb: Math.max(1, Math.round(trainerMemoryBytes() / 1e6)),
      gpus: gpus.slice(0, 16).map(({ name, memoryMb }) => ({ model: cut(name), memoryMb })),
      driver: driver === null ? null : cut(driver, 100),
    },
    backend: backend && { name: backend.name, device: backend.device, reason: cut(backend.reason, 1000) },
    versions: {
      node: process.versions.node,
      ...code.versions,
      ...(backend && { [backend.name]: cut(backend.version, 100) }),
    },
    seeds: seedsOf(spec),
    variables: loggedVariables(),
  };
}

function seedsOf({ training, dataset }: TrainingSpec): Record<string, number> {
  const { split } = dataset;
  return {
    ...('seed' in split && { split: split.seed }),
    ...Object.fromEntries(SEED_PURPOSES.map((purpose) => [purpose, seedOf(training, purpose)])),
  };
}
