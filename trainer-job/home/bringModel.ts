import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from '@trainyard/shared';
import { BucketFolder } from '../cloud/bucketFolder.js';
import { TrainerError } from '../errors/trainerError.js';
import type { Settings } from '../settings/settings.js';

const AT_A_TIME = 4;

/** The folder on this machine that has the model of a version, which is downloaded where it lies in a bucket. Throws where there is none. */
export async function bringModel(
  place: NonNullable<Settings['production']>,
  { artifactDirectory, cloud }: Pick<Settings, 'artifactDirectory' | 'cloud'>,
  signal: AbortSignal,
): Promise<string> {
  if (place.file !== undefined) return place.file;
  const remote = await BucketFolder.open(place.bucketPath, cloud, signal);
  const objects = await remote.list();
  if (objects.length === 0) {
    throw new TrainerError(
      'invalid-settings',
      `there is nothing in ${place.uri}`,
      'name the model folder of a completed run, such as gs://my-bucket/runs/RUN_ID/model',
    );
  }
  const folder = join(artifactDirectory, 'production');
  await rm(folder, { recursive: true, force: true });
  await inParallel(objects, AT_A_TIME, async (object) => {
    if (!(await remote.download(object, join(folder, object.name))))
      throw new Error(`${object.name} of ${place.uri} is not there any more`);
  });
  return folder;
}
