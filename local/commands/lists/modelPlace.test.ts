import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import type { CommandContext } from '../command.js';
import { findModel } from './modelPlace.js';

it.each([
  ['a model', '.'],
  ['a run', 'model'],
  ['what export wrote', 'artifacts'],
])('a folder of %s names its model', async (_name, inside) => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'shop', inside, 'query_model'), { recursive: true });
  const context = { cwd: folder } as CommandContext;
  const connection = { url: undefined, token: undefined };
  expect(await findModel('./shop', connection, context)).toEqual({
    name: './shop',
    folder: join(folder, 'shop', inside),
  });
});
