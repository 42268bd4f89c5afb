import { readFile, writeFile } from 'node:fs/promises';
import { startOf } from '@trainyard/functions/ports/jobLauncher/processIdentity';
import { z } from 'zod';
import { signalGroup } from './emulatorProcess.js';

const processesSchema = z.array(z.object({ pid: z.int().min(1), start: z.string() }));

/** Remembers which emulators run, so that those of a killed host do not run for ever. */
export async function rememberProcesses(file: string, pids: readonly number[]): Promise<void> {
  const processes = pids.map((pid) => ({ pid, start: startOf(pid) ?? 'ended' }));
  await writeFile(file, JSON.stringify(processes), { mode: 0o600 });
}

/** Ends those that `rememberProcesses` wrote down and that still are the same processes. */
export async function endLeftovers(file: string): Promise<void> {
  for (const { pid, start } of await readProcesses(file))
    if (startOf(pid) === start) signalGroup(pid, 'SIGKILL');
}

async function readProcesses(file: string): Promise<z.infer<typeof processesSchema>> {
  const text = await readFile(file, 'utf8').catch(() => '[]');
  try {
    return processesSchema.parse(JSON.parse(text));
  } catch {
    // Cut off by a crash: nothing is known of them.
    return [];
  }
}
