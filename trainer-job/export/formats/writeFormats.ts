import { readDirectory } from '@trainyard/recommender/node';
import { FORMAT_SUPPORT, lackedBy, type ModelFormatName } from '@trainyard/shared';
import type { FormatContext, ModelFormat } from './format.js';
import type { ModelSource } from './graph/modelSource.js';
import { MODEL_FORMATS } from './table.js';

export interface WrittenFormats {
  /** Names of artifacts with their paths in the folder of the model. */
  artifacts: Readonly<Record<string, string>>;
  /** The formats that were. */
  written: ModelFormatName[];
  /** What was not written and why, a sentence each. */
  leftOut: string[];
}

/** Writes the formats that the specification names, or all that can hold the model where it names none. */
export async function writeFormats(
  context: FormatContext,
  formats: readonly ModelFormat[] = MODEL_FORMATS,
): Promise<WrittenFormats> {
  const { model, features, outputs } = context.spec;
  const written: WrittenFormats = { artifacts: {}, written: [], leftOut: [] };
  let opened: Promise<ModelSource> | undefined;
  const source = () => (opened ??= sourceIn(context.folder));
  for (const format of formats) {
    if (outputs.formats && !outputs.formats.includes(format.name)) continue;
    const lacks = [...lackedBy(FORMAT_SUPPORT[format.name], model, features), ...format.lacks(context)];
    if (lacks.length > 0) {
      written.leftOut.push(
        `the model is not exported as "${format.name}", which cannot have ${lacks.join(' and ')}`,
      );
      continue;
    }
    written.artifacts = { ...written.artifacts, ...(await format.write(context, source)) };
    written.written.push(format.name);
    await context.between();
  }
  return written;
}

async function sourceIn(folder: string): Promise<ModelSource> {
  const { openSource } = await import('./graph/modelSource.js');
  return openSource(readDirectory(folder));
}
