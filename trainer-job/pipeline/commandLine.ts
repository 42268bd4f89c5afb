import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { newRunId } from '@trainyard/shared';
import { backendChoiceSchema, ConfigError, defaultsFromEnvironment, type Settings } from '../config.js';

export const HELP = `Usage: node trainer-job/dist/main.js --spec FILE --output DIR [--data FILE] [--backend NAME]

Trains one two-tower model without a control plane.

  --spec FILE      the specification, JSON
  --output DIR     gets checkpoints/, model/ and cache/; the same command goes on where it stopped
  --data FILE      CSV, JSONL or Parquet instead of the specification's source
  --backend NAME   auto (default), tensorflow, wasm or cpu
  --help           this text

Relative paths, those in the specification too, start from the current folder (TRAINYARD_DATA_BASE names another one).
Without flags it runs as a job of a control plane and reads RUN_ID, ATTEMPT, SPEC_URI, ARTIFACT_URI, CALLBACK_URL,
RUN_SECRET and DEADLINE from the environment.

Exit codes: 0 done, 2 bad specification or data, 75 try again, 143 stopped.
`;

/** The settings that the flags say; null when help is asked for. Throws `ConfigError`. */
export function settingsFromFlags(args: readonly string[]): Settings | null {
  const flags = parse(args);
  if (flags.help) return null;
  if (!flags.spec || !flags.output) {
    throw new ConfigError('--spec FILE and --output DIR are needed; --help tells more');
  }
  const defaults = defaultsFromEnvironment();
  const backend = backendChoiceSchema.safeParse(flags.backend ?? defaults.backend);
  if (!backend.success) {
    throw new ConfigError(
      `--backend is "${flags.backend}"; allowed: ${backendChoiceSchema.options.join(', ')}`,
    );
  }
  const output = resolve(flags.output);
  const runId = newRunId();
  return {
    ...defaults,
    backend: backend.data,
    runId,
    modelVersion: runId,
    attempt: 1,
    specFile: resolve(flags.spec),
    dataFile: flags.data === undefined ? null : resolve(flags.data),
    artifactDirectory: output,
    resumeDirectory: null,
    cacheDirectory: resolve(output, 'cache'),
    callbacks: null,
    deadline: null,
    marginSeconds: 0,
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const options = {
      spec: text,
      output: text,
      data: text,
      backend: text,
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}; --help tells more`);
  }
}
