import { execFile } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/support/temporaryFolder.js';
import { bundleFunctions, ENTRIES } from './bundleFunctions.js';

const MODULES = fileURLToPath(new URL('../node_modules', import.meta.url));

describe('the bundles of the functions', () => {
  it('load no heavy client before it is used: callbacks need the framework alone', async () => {
    const bundles = await bundleFunctions(await temporaryFolder());
    const packages = Object.fromEntries(bundles.map((bundle) => [bundle.entry, bundle.packages]));
    const framework = ['@google-cloud/functions-framework'];
    expect(packages).toEqual({
      api: framework,
      dispatch: framework,
      history: ['firebase-functions/v2/firestore'],
      notify: framework,
      reconcile: framework,
      retrain: framework,
      webhooks: framework,
    });
    const webhooks = bundles.find(({ entry }) => entry === 'webhooks');
    // Tokens are checked and messages sent elsewhere.
    expect(webhooks?.modules.filter((module) => /jose|ipaddr|notify|history/.test(module))).toEqual([]);
  });

  it('each load in a process of its own, where only the packages are that they are deployed with', async () => {
    const folder = await temporaryFolder();
    await bundleFunctions(folder);
    await symlink(MODULES, join(folder, 'node_modules'));
    const script = ENTRIES.map((entry) => `await import(${JSON.stringify(join(folder, `${entry}.js`))});`);
    await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      `${script.join('\n')} process.exit(0)`,
    ]);
    const { dependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    expect(Object.keys(dependencies)).toContain('@google-cloud/firestore');
    expect(Object.keys(dependencies).filter((name) => /trainyard|libsql|zod/.test(name))).toEqual([]);
  });
});
