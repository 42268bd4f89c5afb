import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { offline } from '../../test/support/data/prepared.js';
import { BUCKET, remoteFolder } from '../../test/support/data/remoteFolder.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { bringModel } from './bringModel.js';

const { signal } = new AbortController();

it('the model of a version is where it lies on this machine, or brought whole from a bucket in place of an older one', async () => {
  const { storage, remote } = await remoteFolder();
  const artifactDirectory = await temporaryFolder();
  const settings = { artifactDirectory, cloud: { ...offline, storageEndpoint: storage.endpoint } };
  const uri = remote.uri('model');
  const inBucket = { version: 3, uri, bucketPath: { bucket: BUCKET, path: 'runs/r1/model' } };
  await expect(bringModel(inBucket, settings, signal)).rejects.toThrow(`there is nothing in ${uri}`);
  await remote.write('model/query_model/tower.json', '{}');
  await remote.write('model/metadata.json', '1');
  await remote.write('models/other.json', '2');
  await mkdir(join(artifactDirectory, 'production'), { recursive: true });
  await writeFile(join(artifactDirectory, 'production', 'older'), 'x');
  const folder = await bringModel(inBucket, settings, signal);
  expect(await readFile(join(folder, 'query_model', 'tower.json'), 'utf8')).toBe('{}');
  expect(await readFile(join(folder, 'metadata.json'), 'utf8')).toBe('1');
  await expect(readFile(join(folder, 'older'))).rejects.toThrow(/ENOENT/);
  await expect(readFile(join(folder, 'other.json'))).rejects.toThrow(/ENOENT/);
  const here = { version: null, uri: 'file:///m', file: '/m' };
  expect(await bringModel(here, settings, signal)).toBe('/m');
});
