import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_DELIVERIES } from '@trainyard/shared';
import { expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { until } from '../../test/support/until.js';
import type { PushedMessage } from './pubsubPush.js';
import { watchRetrainFolder, leaveRetrainMessage } from './retrainFolder.js';

const FAST = { lookMs: 5, pauseMs: 1 };
const bodyOf = ({ data }: PushedMessage) => JSON.parse(Buffer.from(data, 'base64').toString()) as unknown;

/** Hears a folder; `heard` has what came. */
async function watching(folder: string, work: (message: PushedMessage) => Promise<void> = async () => {}) {
  const heard: PushedMessage[] = [];
  const subscription = await watchRetrainFolder(
    folder,
    async (message) => {
      heard.push(message);
      await work(message);
    },
    FAST,
  );
  onTestFinished(() => subscription.close());
  return { heard, subscription };
}
const messages = async (folder: string) => (await readdir(folder)).filter((name) => name.endsWith('.json'));

it('a message is handed over once, and gone after it', async () => {
  const folder = await temporaryFolder();
  await leaveRetrainMessage(folder, { modelId: 'shop', newRows: 12_000 });
  const { heard } = await watching(folder);
  await until('the file is gone', async () => (await messages(folder)).length === 0);
  expect(heard.map(bodyOf)).toEqual([{ modelId: 'shop', newRows: 12_000 }]);
});

it('one that fails comes again under its id, and nothing else waits for it', async () => {
  const folder = await temporaryFolder();
  let failing = 2;
  const { heard } = await watching(folder, async (message) => {
    if (JSON.stringify(bodyOf(message)).includes('first') && failing-- > 0) throw new Error('not now');
  });
  await leaveRetrainMessage(folder, { modelId: 'first' });
  await leaveRetrainMessage(folder, { modelId: 'second' });
  await until('both are gone', async () => (await messages(folder)).length === 0);
  const first = heard.filter((message) => JSON.stringify(bodyOf(message)).includes('first'));
  expect(first).toHaveLength(3);
  expect(new Set(first.map(({ messageId }) => messageId)).size).toBe(1);
  expect(heard).toHaveLength(4);
});

it('one that always fails is moved aside', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => warned.mockRestore());
  const folder = await temporaryFolder();
  await leaveRetrainMessage(folder, { modelId: 'shop' });
  const { heard } = await watching(folder, () => Promise.reject(new Error('never')));
  await until('it is moved', async () => (await readdir(join(folder, 'dead-letters'))).length === 1);
  expect(heard).toHaveLength(MAX_DELIVERIES);
  expect(await messages(folder)).toEqual([]);
});

it('a file of the same name that comes again is another message', async () => {
  const folder = await temporaryFolder();
  const { heard } = await watching(folder);
  for (const times of [1, 2]) {
    await writeFile(join(folder, 'nightly.json'), '{"modelId":"shop"}');
    await until('it is heard', () => heard.length === times);
    await until('it is gone', async () => (await messages(folder)).length === 0);
  }
  expect(new Set(heard.map(({ messageId }) => messageId)).size).toBe(2);
});
