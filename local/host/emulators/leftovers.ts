import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { startOf } from '@trainyard/functions/ports/jobLauncher/processIdentity';
import { z } from 'zod';
import { signalGroup } from './emulatorProcess.js';

const processesSchema = z.array(z.object({ pid: z.int().min(1), start: z.string() }));

/** Remembers which emulators run, so that those of a killed host do not run for ever. */
export async function rememberProcesses(file: string, pids: readonly number[]): Promise<void> {
  const processes = pids.map((pid) => ({ pid, start: startOf(pid) ?? 'ended' }));
  await writeFile(file, JSON.stringify(processes), { mode: 0o600 });
}

const END_MS = 5_000;

/** Ends those that `rememberProcesses` wrote down and that still are the same processes, and waits for their ports. */
export async function endLeftovers(file: string): Promise<void> {
  for (const { pid, start } of await readProcesses(file)) {
    if (startOf(pid) !== start) continue;
    signalGroup(pid, 'SIGKILL');
    for (const end = Date.now() + END_MS; startOf(pid) === start && Date.now() < end;) await pause(20);
  }
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
