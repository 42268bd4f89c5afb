/** What `--space` names: a space alone, or a whole sweep in our names or those of other tools. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { otherSweepNames } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { parseDocument } from 'yaml';
import { z } from 'zod';

/** A file with one of these is a whole sweep: no setting of a specification is called so. */
const OF_A_SWEEP = ['spec', 'space', 'strategy', 'objective', 'maxTrials', 'pruner'].flatMap((field) => [
  field,
  ...otherSweepNames(field),
]);

const mappingSchema = z.record(z.string(), z.unknown());
export type SentSweep = Record<string, unknown>;

export interface SweepFileRead {
  sent: SentSweep;
  /** The file that the sweep file names as its specification, if it names one. */
  specFile: string | undefined;
  /** The file itself; undefined of the usual ranges. */
  file: string | undefined;
  isSpaceAlone: boolean;
  /** The names at the root of the file. */
  names: readonly string[];
}

export async function readSweepFile(space: string, cwd: string): Promise<SweepFileRead> {
  const none = { specFile: undefined, file: undefined, isSpaceAlone: false, names: [] };
  if (space === 'default') return { ...none, sent: { space } };
  const file = resolve(cwd, space);
  const mapping = await readMapping(file);
  const names = Object.keys(mapping);
  if (!OF_A_SWEEP.some((key) => key in mapping))
    return { ...none, sent: { space: mapping }, file, names, isSpaceAlone: true };
  const { spec, base_config: other, ...sent } = mapping;
  const read = { ...none, sent, file, names };
  if (spec !== undefined && other !== undefined)
    throw new UserError(
      'wrong-arguments',
      `${file} has spec and base_config, which say the same: leave one out`,
    );
  const named = spec ?? other;
  if (typeof named === 'string') return { ...read, specFile: resolve(dirname(file), named) };
  return named === undefined ? read : { ...read, sent: { ...sent, spec: named } };
}

async function readMapping(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(
      'wrong-arguments',
      `cannot read the space ${file}: ${why}; or write --space default`,
      { cause },
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
    `${file} is ${document.contents === null ? 'empty' : 'no space'}: it must be a mapping of settings to what is tried, such as "training.batchSize: [1024, 4096]"`,
  );
}
