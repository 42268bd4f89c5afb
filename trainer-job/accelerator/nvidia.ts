/** What NVIDIA's driver says of this machine, without TensorFlow. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Gpu {
  name: string;
  memoryMb: number;
}

export interface DriverReport {
  gpus: readonly Gpu[];
  /** Such as `550.90.07`; null without a driver. */
  driver: string | null;
  /** Devices that the kernel shows, `/dev/nvidia0` and so on; they may be there where the tool is not. */
  devices: number;
  /** Why the tool told nothing; null when it did. */
  silence: string | null;
}

/** Kubernetes, Vertex AI and Cloud Run put the driver's files there, which need not be on the path. */
const TOOLS = ['nvidia-smi', '/usr/local/nvidia/bin/nvidia-smi'];
const QUERY = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits'];
/** Without the persistence daemon the first question wakes the driver, which takes seconds. */
const TIMEOUT_MS = 30_000;

type Ask = (tool: string) => Promise<{ output: string } | { failure: string; missing: boolean }>;

export async function askDriver(ask: Ask = askTool, root = '/'): Promise<DriverReport> {
  const devices = await countDevices(root);
  const kernelDriver = await kernelDriverVersion(root);
  let silence = 'nvidia-smi is not there';
  for (const tool of TOOLS) {
    const answer = await ask(tool);
    if ('output' in answer) {
      const gpus = parseGpus(answer.output);
      const driver = gpus[0]?.driver ?? kernelDriver;
      return { gpus: gpus.map(({ name, memoryMb }) => ({ name, memoryMb })), driver, devices, silence: null };
    }
    if (!answer.missing) silence = answer.failure;
  }
  return { gpus: [], driver: kernelDriver, devices, silence };
}

/** One line a GPU: `NVIDIA L4, 23034, 550.90.07`. Lines of another form are left out. */
export function parseGpus(output: string): (Gpu & { driver: string })[] {
  return output
    .split('\n')
    .map((line) => /^\s*(.+?)\s*,\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)+)\s*$/.exec(line))
    .flatMap((match) =>
      match ? [{ name: match[1] ?? '', memoryMb: Number(match[2]), driver: match[3] ?? '' }] : [],
    );
}

async function countDevices(root: string): Promise<number> {
  const names = await orElse(readdir(join(root, 'dev')), []);
  return names.filter((name) => /^nvidia\d+$/.test(name)).length;
}

/** `NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.90.07  Fri …`, or "Open Kernel Module for x86_64". */
async function kernelDriverVersion(root: string): Promise<string | null> {
  const text = await orElse(readFile(join(root, 'proc/driver/nvidia/version'), 'utf8'), '');
  return /Kernel Module.*?\s(\d+\.\d+(?:\.\d+)?)\s/.exec(text)?.[1] ?? null;
}

async function orElse<T>(work: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return otherwise;
    throw error;
  }
}

function askTool(tool: string): ReturnType<Ask> {
  return new Promise((resolve) => {
    execFile(tool, QUERY, { timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      if (!error) return resolve({ output: stdout });
      const said = `${stdout}${stderr}`.trim().split('\n')[0] || error.message;
      resolve({ failure: `${tool} failed: ${said}`, missing: error.code === 'ENOENT' });
    });
  });
}
