/** The package `@tensorflow/tfjs-node` in a folder of its own, and its addon built against given TensorFlow libraries. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { BUILD_FILE } from '../backend/tensorflowBuild.js';
import { repositoryRoot } from '../backend/nativeBackendFolder.js';
import { lastLines, type RunTool } from './runTool.js';
import { SetupError } from './setupError.js';
import { unpackTensorflow } from './tensorflowPackage.js';

/** `tfjs-node` and all that it needs, in the versions that were built and tried. */
const PACKAGE_FILES = ['package.json', 'package-lock.json'];

export function packageFolder(folder: string): string {
  return join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
}

/** Installs the package, with its own download of TensorFlow or without. Returns what npm printed when it failed. */
export async function installPackage(
  run: RunTool,
  folder: string,
  scripts: 'withDownload' | 'withoutDownload',
): Promise<string | null> {
  for (const name of PACKAGE_FILES)
    await copyFile(join(repositoryRoot(), 'trainer-job/setup/package', name), join(folder, name));
  const flags = [
    '--no-audit',
    '--no-fund',
    '--no-workspaces',
    ...(scripts === 'withoutDownload' ? ['--ignore-scripts'] : []),
  ];
  const { exitCode, output } = await run(['npm', 'install', ...flags], { folder });
  return exitCode === 0 ? null : output;
}

/** The names under which linker and loader look for the two libraries. */
const LINKS = {
  'libtensorflow.so.2': ['libtensorflow.so', 'libtensorflow_cc.so.2'],
  'libtensorflow_framework.so.2': ['libtensorflow_framework.so'],
} as const;

/** Puts the libraries and headers of a wheel or a folder where the addon's build looks for them. Does nothing when they are there. */
export async function placeLibraries(
  run: RunTool,
  folder: string,
  source: string,
): Promise<'placed' | 'there'> {
  const deps = join(packageFolder(folder), 'deps');
  const stamp = join(deps, 'placed-from');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === source) return 'there';
  const unpacked = join(folder, 'unpacked');
  await rm(deps, { recursive: true, force: true });
  await rm(unpacked, { recursive: true, force: true });
  await makeFolder(join(deps, 'lib'));
  await mkdir(unpacked);
  await unpackTensorflow(run, source, unpacked);
  const from = join(unpacked, 'tensorflow');
  await rename(join(from, 'libtensorflow_cc.so.2'), join(deps, 'lib', 'libtensorflow.so.2'));
  await rename(join(from, 'libtensorflow_framework.so.2'), join(deps, 'lib', 'libtensorflow_framework.so.2'));
  await rename(join(from, 'include'), join(deps, 'include'));
  await rename(join(unpacked, BUILD_FILE), join(deps, BUILD_FILE));
  for (const [library, links] of Object.entries(LINKS)) {
    for (const link of links) await symlink(library, join(deps, 'lib', link));
  }
  await rm(unpacked, { recursive: true, force: true });
  await writeFile(stamp, source);
  return 'placed';
}

/** Compiles the addon, about 40 s on two cores. */
export async function buildAddon(run: RunTool, folder: string): Promise<void> {
  const { exitCode, output } = await run(
    ['npx', '--no-install', 'node-pre-gyp', 'install', '--build-from-source'],
    {
      folder: packageFolder(folder),
      env: { CXXFLAGS: '-std=c++17' },
    },
  );
  if (exitCode === 0) return;
  throw new SetupError(
    `the addon did not build:\n${lastLines(output)}`,
    `read ${join(folder, 'setup.log')}; a g++ of version 9 or newer, and access to the Node headers (nodejs.org) are needed`,
  );
}
