import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runEnvironmentSchema, trainingSpecSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { userItemSpec } from '../../test/support/data/prepared.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { codeState } from './codeState.js';
import { environmentOf } from './environmentOf.js';
import { pathReference, weightsReference } from './references.js';

const run = promisify(execFile);

/** A repository with a trainer in it, as one commit. */
async function repository(): Promise<{ root: string; trainer: string; commit: string }> {
  const root = await temporaryFolder();
  const trainer = join(root, 'trainer-job');
  await mkdir(join(trainer, 'dist'), { recursive: true });
  await writeFile(
    join(trainer, 'package.json'),
    '{"version": "9.8.7", "dependencies": {"zod": "4.0.0", "@trainyard/shared": "9.8.7"}}',
  );
  await writeFile(join(root, 'package-lock.json'), '{}');
  const git = (...args: string[]) =>
    run('git', ['-C', root, '-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args]);
  await git('init', '-q');
  await git('add', '.');
  await git('commit', '-qm', 'first');
  const { stdout } = await git('rev-parse', 'HEAD');
  return { root, trainer, commit: stdout.trim() };
}

const OUTSIDE = { gitCommit: null, image: null };

describe('the code of a run', () => {
  it('is told by its commit, whether it was changed, its lock file and its versions', async () => {
    const { root, trainer, commit } = await repository();
    const clean = await codeState(OUTSIDE, join(trainer, 'dist'));
    expect(clean).toEqual({
      state: {
        gitCommit: commit,
        isDirty: false,
        // Of the two characters `{}`.
        lockfileDigest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
        image: null,
      },
      versions: { trainyard: '9.8.7', zod: '4.0.0' },
    });
    await writeFile(join(root, 'package-lock.json'), '{"changed": true}');
    const { state } = await codeState(OUTSIDE, join(trainer, 'dist'));
    expect(state.isDirty).toBe(true);
    expect(state.lockfileDigest).not.toBe(clean.state.lockfileDigest);
  });

  it('in an image is what it was built from, of which nobody knows whether it was changed', async () => {
    const folder = await temporaryFolder();
    const trainer = join(folder, 'trainer-job');
    await mkdir(trainer);
    await writeFile(join(trainer, 'package.json'), '{"version": "1.0.0"}');
    const built = { gitCommit: 'abc', image: 'trainer@sha256:1' };
    expect((await codeState(built, trainer)).state).toEqual({
      gitCommit: 'abc',
      isDirty: null,
      lockfileDigest: null,
      image: 'trainer@sha256:1',
    });
    expect((await codeState({ ...built, gitCommit: 'unknown' }, trainer)).state.gitCommit).toBeNull();
  });

  it('is never the commit of a repository that merely contains it', async () => {
    const { root } = await repository();
    const trainer = join(root, 'node_modules', '@trainyard', 'trainer-job');
    await mkdir(trainer, { recursive: true });
    await writeFile(join(trainer, 'package.json'), '{"version": "1.0.0"}');
    expect((await codeState(OUTSIDE, trainer)).state).toMatchObject({ gitCommit: null, isDirty: null });
  });
});

it('the environment of a run is one that its control plane takes', async () => {
  const spec = trainingSpecSchema.parse({
    ...userItemSpec('rows.csv'),
    training: { seed: 7, seeds: { shuffle: 3 } },
  });
  const backend = { name: 'wasm', device: 'cpu', reason: 'x'.repeat(5000), version: '4.22.0' } as const;
  const environment = await environmentOf(OUTSIDE, spec, backend);
  expect(runEnvironmentSchema.parse(environment)).toEqual(environment);
  expect(environment.seeds).toMatchObject({ initialization: 7, shuffle: 3 });
  expect(environment.versions).toMatchObject({ node: process.versions.node, wasm: '4.22.0' });
});

describe('a digest', () => {
  it('of a folder changes with the name and the content of each file, and with nothing else', async () => {
    const [a, b] = [await temporaryFolder(), await temporaryFolder()];
    const digest = async (folder: string) => (await pathReference('x', folder))?.digest;
    for (const folder of [a, b]) {
      await mkdir(join(folder, 'in'));
      await writeFile(join(folder, 'in', 'one'), '1');
      await writeFile(join(folder, 'two'), '2');
    }
    expect(await digest(a)).toBe(await digest(b));
    await writeFile(join(b, 'two'), '3');
    expect(await digest(a)).not.toBe(await digest(b));
    await writeFile(join(b, 'two'), '2');
    await writeFile(join(b, 'three'), '');
    expect(await digest(a)).not.toBe(await digest(b));
    expect(await pathReference('x', join(a, 'nothing'))).toBeUndefined();
  });

  it('of weights is of their numbers, also where threads share their memory', () => {
    const shared = new Float32Array(new SharedArrayBuffer(8));
    shared.set([1, 2]);
    const [one, other] = [
      weightsReference([{ values: shared }]),
      weightsReference([{ values: Float32Array.of(1, 2) }]),
    ];
    expect(one).toEqual({ ...other, bytes: 8 });
    expect(weightsReference([{ values: Float32Array.of(2, 1) }]).digest).not.toBe(one.digest);
  });
});
