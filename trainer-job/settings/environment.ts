/** The only file of the trainer that touches the environment; `setup/config.ts` does for the set-up of TensorFlow. */
import type { z } from 'zod';
import { TrainerError } from '../errors/trainerError.js';
import { mistakeInWords } from '@trainyard/shared/http/mistakeWords';

export type Environment = Readonly<Record<string, string | undefined>>;

export function processEnvironment(): Environment {
  return process.env;
}

/** Sets a variable for what reads it later, such as a library that is loaded; returns the value that holds. A variable that is set stays. */
export function setDefault(name: string, value: string): string {
  return (process.env[name] ??= value);
}

/** Takes the secret out of the environment once it was read, so that no child process and no dump carries it. */
export function forgetSecret(): void {
  delete process.env['RUN_SECRET'];
}

/** The variables that a schema names. Throws `TrainerError` with every mistake in them. */
export function readVariables<T>(environment: Environment, schema: z.ZodType<T>): T {
  // An empty variable is one that is not set: launchers can often not leave one out.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(
    (issue) => `  ${issue.path.join('.')}: ${mistakeInWords(issue, undefined)}`,
  );
  throw new TrainerError(
    'invalid-settings',
    `the environment is not complete:\n${mistakes.join('\n')}`,
    null,
  );
}
