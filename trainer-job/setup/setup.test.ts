import { existsSync, realpathSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { pythonInterpreter } from './config.js';
import { installPackage, packageFolder, placeLibraries } from './nativeAddon.js';
import { requireBuildPlatform, requireBuildTools, requireNode } from './requirements.js';
import { lastLines, toolRunner, type RunTool, type ToolResult } from './runTool.js';
import { installedTensorflow, unpackTensorflow } from './tensorflowPackage.js';
import { fetchWheel } from './tensorflowWheel.js';

const OK: ToolResult = { exitCode: 0, output: '', stdout: '' };

/** Runs nothing: records the commands and answers by their text. */
function scripted(answer: (command: string) => Partial<ToolResult> | Promise<Partial<ToolResult>>) {
  const commands: string[] = [];
  const run: RunTool = async (command) => {
    commands.push(command.join(' '));
    return { ...OK, ...(await answer(command.join(' '))) };
  };
  return { run, commands };
}

describe('the set-up names what is missing and what to do', () => {
  it('a Node that tfjs-node has not been tried on', () => {
    expect(() => requireNode('23.1.0')).toThrow(/20, 22, 24, 26/);
    for (const version of ['20.19.0', '22.12.0', '24.22.3', '26.12.1'])
      expect(() => requireNode(version)).not.toThrow();
  });

  it('a platform that it cannot build for', () => {
    expect(() => requireBuildPlatform('darwin', 'arm64')).toThrow(/darwin-arm64/);
    expect(() => requireBuildPlatform('linux', 'arm64')).not.toThrow();
  });

  it.each([
    [`${pythonInterpreter()} --version`, pythonInterpreter(), 'PYTHON='],
    ['-m pip', 'pip', 'python3-pip'],
    ['g++', 'g++', 'apt-get install g\\+\\+'],
    ['make', 'make', 'apt-get install make'],
  ])('a tool: %s', async (missing, name, remedy) => {
    const { run } = scripted((command) => (command.includes(missing) ? { exitCode: null } : {}));
    await expect(requireBuildTools(run)).rejects.toMatchObject({
      message: expect.stringContaining(name) as string,
      remedy: expect.stringMatching(remedy) as string,
    });
  });
});

describe('the wheel', () => {
  it('is downloaded alone and once', async () => {
    const folder = await temporaryFolder();
    const { run, commands } = scripted(async () => {
      await writeFile(join(folder, 'tensorflow_cpu-2.21.0-cp311-cp311-linux.whl'), '');
      return {};
    });
    const first = await fetchWheel(run, folder, 'tensorflow-cpu');
    expect(first).toEqual({
      wheel: join(folder, 'tensorflow_cpu-2.21.0-cp311-cp311-linux.whl'),
      downloaded: true,
    });
    expect(commands[0]).toContain('pip download --no-deps');
    expect(await fetchWheel(run, folder, 'tensorflow-cpu')).toEqual({ ...first, downloaded: false });
    expect(commands).toHaveLength(1);
  });

  it('of the GPU is another one', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'tensorflow_cpu-2.21.0-cp311.whl'), '');
    const { run } = scripted(() => ({ exitCode: 1, output: 'ERROR: No matching distribution' }));
    await expect(fetchWheel(run, folder, 'tensorflow')).rejects.toThrow(
      /tensorflow==2.21.0[^]*No matching distribution/,
    );
  });

  it('that is damaged is not unpacked', async () => {
    const folder = await temporaryFolder();
    const wheel = join(folder, 'damaged.whl');
    await writeFile(wheel, 'no zip');
    const run = toolRunner(join(folder, 'log'));
    await expect(unpackTensorflow(run, wheel, folder)).rejects.toThrow(/could not be taken from/);
  });
});

describe('a TensorFlow that is here already', () => {
  /** As pip lays it: two libraries, headers, and what it was built for. */
  async function pythonPackages(): Promise<string> {
    const folder = join(await temporaryFolder(), 'site-packages');
    const files = {
      'tensorflow/libtensorflow_cc.so.2': 'cc',
      'tensorflow/libtensorflow_framework.so.2': 'framework',
      'tensorflow/libother.so': 'other',
      'tensorflow/include/tensorflow/c/c_api.h': 'header',
      'tensorflow/include/xla/a.h': 'header',
      'tensorflow/include/external/huge.h': 'header',
      'tensorflow/python/platform/build_info.py':
        "import collections\nbuild_info = collections.OrderedDict([('is_cuda_build', True), ('cuda_version', '12.5.1'), ('cudnn_version', '9')])\n",
      'tensorflow-2.21.0.dist-info/METADATA': '',
      'tensorflow_estimator-2.15.0.dist-info/METADATA': '',
    };
    for (const [name, content] of Object.entries(files)) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return folder;
  }

  it('gives its libraries, its headers and what it was built for', async () => {
    const packages = await pythonPackages();
    const target = await temporaryFolder();
    await unpackTensorflow(toolRunner(join(target, 'log')), join(packages, 'tensorflow'), target);
    const names = await readdir(join(target, 'tensorflow'), { recursive: true });
    expect(names.filter((name) => /\.(h|so.*)$/.test(name)).toSorted()).toEqual([
      'include/tensorflow/c/c_api.h',
      'include/xla/a.h',
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
    ]);
    expect(JSON.parse(await readFile(join(target, 'tensorflow.json'), 'utf8'))).toEqual({
      version: '2.21.0',
      cuda: '12.5.1',
      cudnn: '9',
    });
  });

  it('that is not whole is named with what it lacks', async () => {
    const packages = await pythonPackages();
    const target = await temporaryFolder();
    await rm(join(packages, 'tensorflow/libtensorflow_cc.so.2'));
    await expect(
      unpackTensorflow(toolRunner(join(target, 'log')), join(packages, 'tensorflow'), target),
    ).rejects.toThrow(/has no tensorflow\/libtensorflow_cc.so.2/);
  });

  it('is the one that the interpreter imports, or none', async () => {
    const { run } = scripted(() => ({ stdout: '/usr/lib/python3/dist-packages/tensorflow\n' }));
    expect(await installedTensorflow(run)).toBe('/usr/lib/python3/dist-packages/tensorflow');
    const none = scripted(() => ({ stdout: '\n' }));
    await expect(installedTensorflow(none.run)).rejects.toMatchObject({
      message: expect.stringContaining('no TensorFlow installed') as string,
      remedy: expect.stringContaining('PYTHON=') as string,
    });
  });
});

describe('the package', () => {
  it('gets the libraries under the names that linker and loader ask for, once', async () => {
    const folder = await temporaryFolder();
    await mkdir(packageFolder(folder), { recursive: true });
    const { run, commands } = scripted(async (command) => {
      const unpacked = command.split(' ').at(-2) ?? '';
      const from = join(unpacked, 'tensorflow');
      await mkdir(unpacked, { recursive: true });
      await writeFile(join(unpacked, 'tensorflow.json'), '{}');
      await mkdir(join(from, 'include', 'tensorflow', 'c'), { recursive: true });
      for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
        await writeFile(join(from, name), name);
      }
      return {};
    });
    expect(await placeLibraries(run, folder, '/wheels/a.whl')).toBe('placed');
    const lib = join(packageFolder(folder), 'deps', 'lib');
    expect((await readdir(lib)).toSorted()).toEqual([
      'libtensorflow.so',
      'libtensorflow.so.2',
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so',
      'libtensorflow_framework.so.2',
    ]);
    expect(realpathSync(join(lib, 'libtensorflow_cc.so.2'))).toBe(
      realpathSync(join(lib, 'libtensorflow.so.2')),
    );
    expect(existsSync(join(folder, 'unpacked'))).toBe(false);
    expect(await placeLibraries(run, folder, '/wheels/a.whl')).toBe('there');
    expect(commands).toHaveLength(1);
    expect(await placeLibraries(run, folder, '/wheels/b.whl')).toBe('placed');
  });

  it('is installed with or without its own download, and says why it was not', async () => {
    const folder = await temporaryFolder();
    const { run, commands } = scripted((command) =>
      command.includes('--ignore-scripts') ? {} : { exitCode: 1, output: 'ENOTFOUND' },
    );
    expect(await installPackage(run, folder, 'withDownload')).toBe('ENOTFOUND');
    expect(await installPackage(run, folder, 'withoutDownload')).toBeNull();
    expect(commands.every((command) => command.startsWith('npm install'))).toBe(true);
    const { packages } = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string }>;
    };
    expect(packages['node_modules/@tensorflow/tfjs-node']?.version).toBe('4.22.0');
  });
});

describe('a tool', () => {
  it('that fails or is not there is a result, not an exception', async () => {
    const folder = await temporaryFolder();
    const run = toolRunner(join(folder, 'log'));
    expect(
      await run([process.execPath, '-e', 'console.log(1); console.error(2); process.exit(3)']),
    ).toMatchObject({
      exitCode: 3,
      stdout: '1\n',
    });
    expect((await run(['there-is-no-such-tool'])).exitCode).toBeNull();
  });

  it('is quoted by its last lines', () => {
    expect(lastLines('a\nb\nc\n', 2)).toBe('    b\n    c');
  });
});
