import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { EXAMPLE_SPEC } from '../../test/support/newRun.js';
import { runCommandLine } from '../../test/support/runCommandLine.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';

const SPEC = { ...EXAMPLE_SPEC, dataset: { source: { uri: 'gs://shop/rows.csv' } } };

it.each([[[]], [['--dry-run']]])('a parent that is not there is refused at a start (%j)', async (flags) => {
  await testControlPlane();
  const { port } = await serveFunction('api');
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'shop.yaml'), JSON.stringify(SPEC));
  const argv = ['start', '--model', 'shop', '--spec', 'shop.yaml', '--parent', 'n'.repeat(20), ...flags];
  const { code, err } = await runCommandLine([...argv, '--url', `http://127.0.0.1:${port}`], folder);
  expect(err).toMatch(/\/parentRunId: .* no run and no sweep of this id/);
  expect(code).toBe(1);
});
