import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { UserError } from '@trainyard/shared/commandLine/userError';

/** How this machine starts a trainer: this Node, and the built trainer, which is never loaded into this process. */
export function trainerCommand(): string[] {
  const missing = 'the trainer is not built: run "npm run build" in the repository first';
  let main: string;
  try {
    main = createRequire(import.meta.url).resolve('@trainyard/trainer-job/main');
  } catch (cause) {
    throw new UserError('trainer-not-built', missing, { cause });
  }
  if (!existsSync(main)) throw new UserError('trainer-not-built', missing);
  return [process.execPath, main];
}
