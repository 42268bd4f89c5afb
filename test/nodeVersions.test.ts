/** Which versions of Node this runs on stands in many files, each for another reader: they must say the same. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { judgeMachine, type Machine } from '../local/doctor/machine/examineMachine.js';
import { requireNode } from '../trainer-job/setup/requirements.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const read = (file: string) => readFileSync(`${ROOT}${file}`, 'utf8');
const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };

/** The first version of each major that `engines` allows: `^20.19.0 || …`. */
const FIRST = engines.node.split(' || ').map((range) => range.replace(/^\^/, ''));
const MAJORS = FIRST.map((version) => Number(version.split('.')[0]));
const machine: Machine = {
  nodeVersion: '0',
  memoryBytes: 8 * 2 ** 30,
  processors: 2,
  freeBytes: 100 * 2 ** 30,
  isPortFree: true,
  hasTrainer: true,
  hasNativeTensorflow: true,
  emulatorsMissing: null,
};
const isSound = (nodeVersion: string) => judgeMachine({ ...machine, nodeVersion })[0]?.severity === 'ok';

describe('the versions of Node that engines names', () => {
  it('are tried by .ci/run, each from a package of its own for each processor', () => {
    const { optionalDependencies } = JSON.parse(read('.ci/nodes/package.json')) as {
      optionalDependencies: Record<string, string>;
    };
    for (const processor of ['x64', 'arm64'])
      for (const major of MAJORS)
        expect(optionalDependencies[`${processor}-${major}`]).toMatch(
          new RegExp(`^npm:node-linux-${processor}@${major}\\.\\d+\\.\\d+$`),
        );
    expect(Object.keys(optionalDependencies)).toHaveLength(2 * MAJORS.length);
    expect(read('.ci/run')).toContain(`for major in ${MAJORS.join(' ')}; do`);
  });

  it('are those that native TensorFlow is set up on', () => {
    for (const version of FIRST) expect(() => requireNode(version)).not.toThrow();
    for (const other of [18, 21, 23, 25, 27]) expect(() => requireNode(`${other}.9.0`)).toThrow(/tried on/);
  });

  it('are those that the doctor finds sound', () => {
    expect(FIRST.filter(isSound)).toEqual(FIRST);
    expect(['18.9.0', '21.9.0', '23.9.0', '25.9.0'].filter(isSound)).toEqual([]);
  });

  it('have among them the one of .nvmrc, of the images and of the functions', () => {
    const chosen = Number(read('.nvmrc'));
    expect(MAJORS).toContain(chosen);
    for (const file of ['trainer-job/Dockerfile', 'cloudbuild/images.yaml', 'cloudbuild/test.yaml'])
      for (const [, major] of read(file).matchAll(/node:(\d+)-/g))
        expect([file, Number(major)]).toEqual([file, chosen]);
    expect(read('cloudbuild/plan/functions.ts')).toContain(`'--runtime=nodejs${chosen}'`);
    expect(read('local/doctor/cloud/functions.ts')).toContain(`built for nodejs${chosen}`);
  });

  it('are named in README and CONTRIBUTING', () => {
    const named = FIRST.map((version) => version.replace(/\.0(\.0)?$/, ''));
    for (const file of ['README.md', 'CONTRIBUTING.md']) {
      const words = new Set(read(file).match(/\d+(\.\d+)*/g));
      expect([file, named.filter((version) => !words.has(version))]).toEqual([file, []]);
    }
  });
});
