/** Where the model is that a command names: a folder of this machine, or the artifacts of a run or a version. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modelFolderOf, modelIdSchema } from '@trainyard/shared';
import type { FlagValues } from '@trainyard/shared/commandLine/flags';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { isRunReference, type TrainyardClient } from '../../client/trainyardClient.js';
import type { CommandContext } from '../command.js';
import { connect, type connectionFlags, findRun } from '../connect.js';

export const modelPlaceArgument = {
  value: 'MODEL',
  description:
    'a model’s id: its version in production, else its newest one; `shop@12` for a version of it; a run’s id, or its name, such as `shop#3`; or the folder of a trained model, or one that `trainyard export` wrote',
} as const;

export interface ModelPlace {
  /** What people are told that it is. */
  name: string;
  /** A folder of this machine, or `gs://…`. */
  folder: string;
}

/** Folders come first: `./shop` is one, and so is `shop` where a folder of that name has a model in it. */
export async function findModel(
  reference: string,
  connection: FlagValues<typeof connectionFlags>,
  context: CommandContext,
): Promise<ModelPlace> {
  const folder = await folderOf(resolve(context.cwd, reference));
  if (folder !== null) return { name: reference, folder };
  const found = await stat(resolve(context.cwd, reference)).catch(() => undefined);
  if (found?.isFile()) {
    throw new UserError(
      'wrong-arguments',
      `${reference} is a file, and a model is a folder: ${/\.(zip|tar|tgz|gz)$/i.test(reference) ? 'unpack it, and give the folder that comes of it' : 'give the folder that the model lies in'}`,
    );
  }
  if (reference.startsWith('gs://')) return { name: reference, folder: reference.replace(/\/+$/, '') };
  const [, modelId, version] = /^([^@/\\]+?)(?:@(\d+))?$/.exec(reference) ?? [];
  const isModel = modelId !== undefined && modelIdSchema.safeParse(modelId).success;
  if (!isRunReference(reference) && !isModel) {
    throw new UserError(
      'wrong-arguments',
      `"${reference}" names no model: there is no folder with a trained model there, and it is neither a model’s id (shop), a version (shop@12), a run’s id nor its name (shop#3)`,
    );
  }
  const client = await connect(connection, context);
  if (isRunReference(reference)) return placeOfRun(client, reference);
  return placeOfVersion(client, modelId ?? '', version === undefined ? null : Number(version));
}

/** The folder itself, or `model` in that of a run, or `artifacts` in what `trainyard export` wrote; null where none has a model. */
async function folderOf(path: string): Promise<string | null> {
  for (const folder of [path, join(path, 'model'), join(path, 'artifacts')]) {
    const found = await stat(join(folder, 'query_model')).catch(() => undefined);
    if (found?.isDirectory()) return folder;
  }
  return null;
}

async function placeOfRun(client: TrainyardClient, reference: string): Promise<ModelPlace> {
  const run = await findRun(client, reference);
  if (!run.result) {
    throw new UserError(
      'no-model',
      `${run.name} is ${run.status}, and only a completed run has a model: "trainyard list ${run.modelId} --status completed" shows those`,
    );
  }
  return placeOf(run.name, run.result.artifacts);
}

async function placeOfVersion(
  client: TrainyardClient,
  modelId: string,
  version: number | null,
): Promise<ModelPlace> {
  const { production, lastVersion } = await client.model(modelId);
  const number = version ?? production ?? lastVersion;
  if (number === 0) {
    throw new UserError(
      'no-model',
      `${modelId} has no version yet: a run that completes becomes one ("trainyard list ${modelId}" shows its runs)`,
    );
  }
  const { artifacts } = await client.version(modelId, number);
  const isInProduction = number === production ? ', in production' : '';
  return placeOf(`${modelId}@${number}${isInProduction}`, artifacts);
}

function placeOf(name: string, artifacts: Readonly<Record<string, string>>): ModelPlace {
  const uri = modelFolderOf(artifacts);
  if (uri === null) throw new UserError('no-model', `${name} has no folder of a model among its artifacts`);
  return { name, folder: uri.startsWith('file:') ? fileURLToPath(uri) : uri };
}
