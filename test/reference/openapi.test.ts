import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument } from '../../functions/api/openapi/document.js';
import { routes } from '../../functions/api/routes.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
/** A bin of a package, as `npx` would start it. */
const bin = (path: string, ...args: string[]) =>
  run(process.execPath, [join(root, path), ...args], { cwd: root });

/** What a program that calls the API writes, with nothing but the generated types. */
const CLIENT = `
import type { components, operations } from './types.js';

type Schemas = components['schemas'];
type Answer = operations['startRun']['responses'][202]['content']['application/json'];
export const request: operations['startRun']['requestBody']['content']['application/json'] = {
  spec: {
    dataset: { source: { uri: 'purchases.csv' } },
    features: {
      query: [{ column: 'user', transform: 'lookup', id: true }],
      candidate: [{ column: 'item', transform: 'lookup', id: true }],
    },
  },
};
export const statusOf = (run: Answer): Schemas['RunStatus'] => run.status;
export const epochsOf = (run: Schemas['Run']): number => run.spec.training.epochs;
export const detailOf = (problem: Schemas['Problem']): string => problem.detail;
export const production = (model: Schemas['Model']): number | null => model.production;
`;
/** The compiler finds exactly these. */
const MISTAKEN_CLIENT = `
import type { components } from './types.js';

type Schemas = components['schemas'];
export const stateOf = (run: Schemas['Run']): string => run.state;
export const request: Schemas['StartRequest'] = { spec: { dataset: { source: { uri: 5 } } } };
`;

let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainyard-openapi-'));
  await writeFile(file('openapi.json'), JSON.stringify(openApiDocument(routes)));
});
afterAll(() => rm(folder, { recursive: true }));

/** Where the compiler complains; empty where it does not. */
async function complaints(name: string): Promise<string[]> {
  const flags = ['--ignoreConfig', '--noEmit', '--strict', '--exactOptionalPropertyTypes', '--types', ''];
  const output = await bin('node_modules/typescript/bin/tsc', ...flags, file(name)).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
  return [...output.matchAll(/\((\d+),\d+\): error (TS\d+)/g)].map(([, line, code]) => `${line} ${code}`);
}

describe('openapi.json', () => {
  it('has nothing that redocly lint complains of', async () => {
    await expect(
      bin('node_modules/@redocly/cli/bin/cli.js', 'lint', '--config', 'redocly.yaml', file('openapi.json')),
    ).resolves.toMatchObject({
      stderr: expect.stringContaining('is valid') as string,
    });
  });

  it('gives types that compile, that fit a client and that find its mistakes', async () => {
    const { stderr } = await bin(
      'docs/generate/node_modules/openapi-typescript/bin/cli.js',
      file('openapi.json'),
      // A request may leave out what has a default; `required` says what an answer has.
      '--default-non-nullable=false',
      '--output',
      file('types.ts'),
    );
    await writeFile(file('client.ts'), CLIENT);
    await writeFile(file('mistaken.ts'), MISTAKEN_CLIENT);
    expect(stderr).not.toMatch(/error/i);
    expect(await complaints('client.ts')).toEqual([]);
    expect(await complaints('mistaken.ts')).toEqual(['5 TS2339', '6 TS2322']);
  });
});
