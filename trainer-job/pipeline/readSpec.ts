import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { problemErrors, trainingSpecSchema, type TrainingSpec } from '@trainyard/shared';
import type { Settings } from '../config.js';
import { SpecError } from '../model/specError.js';

/** What the command line says in place of the specification; null where it says nothing. */
type Replaced = Pick<Settings, 'dataFile' | 'forceRecompute'>;

/**
 * The specification in a JSON file, every default filled in, and parts of it replaced. Throws `SpecError` naming everything
 * that is wrong with it.
 */
export async function readSpec(
  file: string,
  { dataFile, forceRecompute }: Replaced = { dataFile: null, forceRecompute: null },
): Promise<TrainingSpec> {
  const parsed = trainingSpecSchema.safeParse(json(file, await text(file)));
  if (!parsed.success) {
    const mistakes = problemErrors(parsed.error).map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`);
    throw new SpecError(`the specification is not valid: ${mistakes.join('; ')}`, 'correct what is named');
  }
  const { dataset, compute } = parsed.data;
  return {
    ...parsed.data,
    dataset: dataFile === null ? dataset : { ...dataset, source: { uri: resolve(dataFile) } },
    compute: forceRecompute === null ? compute : { ...compute, forceRecompute },
  };
}

async function text(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new SpecError(`there is no specification at ${file}`, 'name a JSON file that exists');
    }
    throw error;
  }
}

function json(file: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isYaml = ['.yaml', '.yml'].includes(extname(file));
    throw new SpecError(
      `the specification ${file} is not JSON: ${reason}`,
      isYaml ? 'the trainer reads JSON; `npx trainyard start` also reads YAML' : 'correct the JSON',
    );
  }
}
