import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStandInProvider } from '../support/terraform/standInProvider.js';

const execute = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const missing = await execute('terraform', ['version']).then(
  () => undefined,
  () => 'no terraform on this machine',
);

/** The module with what it reads of the repository, where what Terraform writes disturbs nobody. */
async function copyOfModule(folder: string): Promise<string> {
  const module = join(folder, 'cloudbuild/terraform');
  await mkdir(module, { recursive: true });
  await cp(join(ROOT, 'cloudbuild/terraform'), module, {
    recursive: true,
    filter: (path) => !path.includes('.terraform'),
  });
  for (const name of ['firestore.rules', 'firestore.indexes.json'])
    await cp(join(ROOT, name), join(folder, name));
  return module;
}

describe.skipIf(missing)(`the Terraform module${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let folder: string;
  let provider: Awaited<ReturnType<typeof startStandInProvider>>;
  let module: string;

  beforeAll(async () => {
    provider = await startStandInProvider();
    folder = await mkdtemp(join(tmpdir(), 'trainyard-'));
    module = await copyOfModule(folder);
  });
  afterAll(async () => {
    provider.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** What a terraform command says, whether it succeeds or not. */
  async function terraform(...args: string[]): Promise<{ code: number; output: string }> {
    const environment = {
      ...process.env,
      ...provider.environment,
      CHECKPOINT_DISABLE: '1',
      TF_CLI_CONFIG_FILE: '/dev/null',
    };
    try {
      const { stdout, stderr } = await execute('terraform', args, { cwd: module, env: environment });
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    }
  }

  it('is formatted', async () => {
    expect(await terraform('fmt', '-check', '-recursive')).toEqual({ code: 0, output: '' });
  });

  it('is valid by the schema of the provider', async () => {
    const { output } = await terraform('validate', '-no-color');
    expect(output).toContain('The configuration is valid.');
  });

  it('does what its own tests say, in each of its variants', async () => {
    const { output } = await terraform('test', '-no-color');
    expect(output).toMatch(/[1-9]\d* passed, 0 failed/);
  }, 120_000);
});
