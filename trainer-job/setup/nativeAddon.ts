/** The package `@tensorflow/tfjs-node` in a folder of its own, and its addon built against given TensorFlow libraries. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { lastLines, type RunTool } from './runTool.js';
import { SetupError } from './setupError.js';
import { unpackWheel } from './tensorflowWheel.js';

const PACKAGE = '@tensorflow/tfjs-node@4.22.0';

export function packageFolder(folder: string): string {
  return join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
}

/** Installs the package, with its own download of TensorFlow or without. Returns what npm printed when it failed. */
export async function installPackage(
  run: RunTool,
  folder: string,
  scripts: 'withDownload' | 'withoutDownload',
): Promise<string | null> {
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const flags = [
    '--no-audit',
    '--no-fund',
    '--no-workspaces',
    ...(scripts === 'withoutDownload' ? ['--ignore-scripts'] : []),
  ];
  const { exitCode, output } = await run(['npm', 'install', ...flags, PACKAGE], { folder });
  return exitCode === 0 ? null : output;
}

/** The names under which linker and loader look for the two libraries of the wheel. */
const LINKS = {
  'libtensorflow.so.2': ['libtensorflow.so', 'libtensorflow_cc.so.2'],
  'libtensorflow_framework.so.2': ['libtensorflow_framework.so'],
} as const;

/** Puts the wheel's libraries and headers where the addon's build looks for them. Does nothing when they are there. */
export async function placeLibraries(
  run: RunTool,
  folder: string,
  wheel: string,
): Promise<'placed' | 'there'> {
  const deps = join(packageFolder(folder), 'deps');
  const stamp = join(deps, 'from-wheel');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === basename(wheel)) return 'there';
  const unpacked = join(folder, 'unpacked');
  await rm(deps, { recursive: true, force: true });
  await rm(unpacked, { recursive: true, force: true });
  await mkdir(join(deps, 'lib'), { recursive: true });
  await unpackWheel(run, wheel, unpacked);
  const from = join(unpacked, 'tensorflow');
  await rename(join(from, 'libtensorflow_cc.so.2'), join(deps, 'lib', 'libtensorflow.so.2'));
  await rename(join(from, 'libtensorflow_framework.so.2'), join(deps, 'lib', 'libtensorflow_framework.so.2'));
  await rename(join(from, 'include'), join(deps, 'include'));
  for (const [library, links] of Object.entries(LINKS)) {
    for (const link of links) await symlink(library, join(deps, 'lib', link));
  }
  await rm(unpacked, { recursive: true, force: true });
  await writeFile(stamp, basename(wheel));
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
