import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export interface BuiltProcess {
  /** What it has printed so far. */
  lines: readonly string[];
  /** SIGKILL: it gets to do nothing more. */
  kill(): Promise<void>;
}

/** The address of a built module of the functions, for a script to import. */
export function built(module: string): string {
  const url = new URL(`../../functions/dist/${module}.js`, import.meta.url);
  if (!existsSync(fileURLToPath(url))) throw new Error('the build is missing: run "npm run build" first');
  return url.href;
}

/** Runs a script as a process of its own, which can be killed where this one cannot. */
export async function startBuilt(script: string): Promise<BuiltProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  await once(child, 'spawn');
  return {
    lines,
    kill: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
