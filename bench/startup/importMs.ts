import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';

/** Milliseconds that a fresh process takes to import a module. */
export async function importMs(module: string): Promise<number> {
  const script = `const begun = performance.now(); await import(${JSON.stringify(module)});
    process.stdout.write(String(performance.now() - begun)); process.exit(0);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return z.coerce.number().parse(stdout);
}
