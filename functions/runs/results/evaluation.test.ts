import { type Run } from '@trainyard/shared';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RESULT } from '../../../test/support/callbacks.js';
import { sampleReport } from '../../../test/support/evaluation/sampleReport.js';
import { newRun } from '../../../test/support/newRun.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { openDirectoryObjectStore } from '../../ports/objectStore/directoryObjectStore.js';
import type { ObjectStore } from '../../ports/objectStore/objectStore.js';
import { readEvaluation } from './evaluation.js';

const NOW = new Date('2026-11-20T19:18:25.000Z');
const KEY = `runs/${newRun(NOW, {}).runId}/model/evaluation.json`;

async function world(content: string | null = JSON.stringify(sampleReport())) {
  const objects = openDirectoryObjectStore(join(await temporaryFolder(), 'objects'));
  if (content !== null) await objects.putIfAbsent(KEY, Buffer.from(content));
  return objects;
}

function run(
  objects: ObjectStore,
  evaluation: string | undefined = objects.uri(KEY),
  changes: Partial<Run> = {},
) {
  const artifacts: Record<string, string> = evaluation === '' ? {} : { evaluation };
  return newRun(NOW, { status: 'completed', result: { ...RESULT, artifacts }, ...changes });
}

describe('the evaluation of a run', () => {
  it('is read where the trainer has put it', async () => {
    const objects = await world();
    expect(await readEvaluation(objects, run(objects))).toEqual(sampleReport());
  });

  it.each<[string, Partial<Run>, string]>([
    [
      'that is not over',
      { status: 'running', result: null },
      'it is running: ask again once it is completed',
    ],
    [
      'that has failed',
      { status: 'failed', result: null },
      'it is failed, and only what completes is evaluated',
    ],
  ])('of a run %s is not there', async (_case, changes, why) => {
    const objects = await world();
    await expect(readEvaluation(objects, run(objects, undefined, changes))).rejects.toMatchObject({
      code: 'no-evaluation',
      message: expect.stringContaining(why) as string,
    });
  });

  it('of an older trainer is not there', async () => {
    const objects = await world();
    await expect(readEvaluation(objects, run(objects, ''))).rejects.toThrow('its trainer wrote none');
  });

  it('is not there any more once its object is gone', async () => {
    const objects = await world(null);
    await expect(readEvaluation(objects, run(objects))).rejects.toThrow('is not there any more');
  });

  it.each(['not JSON', '{}', JSON.stringify({ ...sampleReport(), schemaVersion: 2 })])(
    'of another form is refused with the place: %#',
    async (content) => {
      const objects = await world(content);
      await expect(readEvaluation(objects, run(objects))).rejects.toThrow(
        'has a form that this version does not read',
      );
    },
  );

  it('is read only within the folder of the run, wherever its trainer says that it is', async () => {
    const objects = await world();
    const own = objects.uri(KEY);
    const elsewhere = [
      'file:///etc/passwd',
      'gs://bucket/runs/x/model/evaluation.json',
      own.replace('/model/', '/../other/'),
      own.replace('/model/', '/%2e%2e/other/'),
      own.replace('/model/', '//model/'),
      `${own}#x`,
      own.replace(/runs\/[^/]+/, 'runs/another'),
    ];
    for (const uri of elsewhere)
      await expect(readEvaluation(objects, run(objects, uri))).rejects.toMatchObject({
        code: 'no-evaluation',
      });
  });

  it('that is larger than any of ours is not read', async () => {
    const objects = await world(`"${'x'.repeat(17 * 1024 * 1024)}"`);
    await expect(readEvaluation(objects, run(objects))).rejects.toThrow('larger than 16 MiB');
  });
});
