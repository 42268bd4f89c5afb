/** What the set-up takes from the environment, and what it hands to the tools it starts. */

/** The interpreter whose pip brings TensorFlow. */
export function pythonInterpreter(): string {
  return process.env['PYTHON'] || 'python3';
}

/** This process's environment with some variables replaced. */
export function environmentWith(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...extra };
}
