/** What `--space` names: a space alone, or a whole sweep in our names or those of other tools. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { UserError } from '@trainyard/shared/commandLine/userError';

/** A file with one of these is a whole sweep: no setting of a specification is called so. */
const OF_A_SWEEP = ['space', 'param_space', 'spec', 'base_config', 'method', 'objective', 'objective_metric'];

const mappingSchema = z.record(z.string(), z.unknown());
export type SentSweep = Record<string, unknown>;

/** `specFile` is the file that the sweep file names as its specification, if it names one. */
export async function readSweepFile(
  space: string,
  cwd: string,
): Promise<{ sent: SentSweep; specFile: string | undefined }> {
  if (space === 'default') return { sent: { space }, specFile: undefined };
  const file = resolve(cwd, space);
  const mapping = await readMapping(file);
  if (!OF_A_SWEEP.some((key) => key in mapping)) return { sent: { space: mapping }, specFile: undefined };
  const { spec, base_config: other, ...sent } = mapping;
  const named = spec ?? other;
  if (typeof named === 'string') return { sent, specFile: resolve(dirname(file), named) };
  return { sent: named === undefined ? sent : { ...sent, spec: named }, specFile: undefined };
}

async function readMapping(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(
      'wrong-arguments',
      `cannot read the space ${file}: ${why}; or write --space default`,
      {
        cause,
      },
    );
  });
  const document = parseDocument(text);
  const [mistake] = document.errors;
  if (mistake)
    throw new UserError('wrong-arguments', `${file} is neither YAML nor JSON: ${mistake.message.trimEnd()}`);
  const mapping = mappingSchema.safeParse(document.toJS());
  if (mapping.success) return mapping.data;
  throw new UserError(
    'wrong-arguments',
    `${file} is no space: it must be a mapping of settings to what is tried, such as "training.batchSize: [1024, 4096]"`,
  );
}
