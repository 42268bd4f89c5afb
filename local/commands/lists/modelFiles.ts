/** The files of a model's folder on this machine or in a bucket, which one list at the terminal is made from. */
import { createHash } from 'node:crypto';
import type { ModelFiles, ReadFile } from '@trainyard/recommender';
import { readDirectory } from '@trainyard/recommender/node';
import { openCloudStorageObjectStore } from '@trainyard/functions/ports/objectStore/cloudStorageObjectStore';
import { UserError } from '@trainyard/shared/commandLine/userError';

/** `endpoint` is of what stands in for Cloud Storage. Throws `UserError` for what is no folder of a bucket. */
export function modelFiles(folder: string, endpoint: string | null): ModelFiles {
  return {
    read: folder.startsWith('gs://') ? readBucket(folder, endpoint) : readDirectory(folder),
    sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
  };
}

function readBucket(folder: string, endpoint: string | null): ReadFile {
  const [, bucket, path] = /^gs:\/\/([a-z0-9][a-z0-9._-]*[a-z0-9])\/(.*[^/])\/*$/.exec(folder) ?? [];
  if (bucket === undefined || path === undefined) {
    throw new UserError(
      'wrong-arguments',
      `${folder} is no folder of a bucket: write it as in gs://my-bucket/runs/RUN_ID/model`,
    );
  }
  const apiEndpoint =
    endpoint === null ? undefined : endpoint.includes('://') ? endpoint : `http://${endpoint}`;
  const store = openCloudStorageObjectStore({ bucket, apiEndpoint });
  return async (file) => {
    const content = await store.get(`${path}/${file}`);
    if (content) return content;
    throw Object.assign(new Error(`there is no object gs://${bucket}/${path}/${file}`), { code: 'ENOENT' });
  };
}
