/** What commands read of a run, or of a folder that a trainer has written on this machine. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RunView } from '@trainyard/shared';
import type { FlagValues } from '@trainyard/shared/commandLine/flags';
import { isRunReference } from '../../client/trainyardClient.js';
import type { CommandContext } from '../command.js';
import { connect, type connectionFlags, findRun } from '../connect.js';

interface Readers<T> {
  ofRun(this: void, run: RunView): T | Promise<T>;
  /** An absolute path; whether there is anything, nobody has looked. */
  ofFolder(this: void, path: string): Promise<T>;
}

/** What is no id and no name of a run is a path, from where the command was called. */
export async function ofRunOrFolder<T>(
  values: FlagValues<typeof connectionFlags> & { run: string },
  context: CommandContext,
  { ofRun, ofFolder }: Readers<T>,
): Promise<T> {
  if (!isRunReference(values.run)) return ofFolder(resolve(context.cwd, values.run));
  return ofRun(await findRun(await connect(values, context), values.run));
}

/** The file of that name in the folder, or in the model's folder below it; undefined where neither has one. */
export async function fileOfModel(folder: string, name: string): Promise<string | undefined> {
  for (const file of [join(folder, name), join(folder, 'model', name)])
    if ((await stat(file).catch(() => undefined))?.isFile()) return file;
  return undefined;
}
