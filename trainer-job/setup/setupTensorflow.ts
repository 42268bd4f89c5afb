/** `npm run setup:tensorflow`: gives this machine the native backend. Run it again at any time. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { nativeBackendFolder } from '../backend/nativeBackendFolder.js';
import { buildAddon, installPackage, packageFolder, placeLibraries } from './nativeAddon.js';
import { requireBuildPlatform, requireBuildTools, requireNode } from './requirements.js';
import { lastLines, toolRunner, type RunTool } from './runTool.js';
import { SetupError } from './setupError.js';
import { installedTensorflow } from './tensorflowPackage.js';
import { fetchWheel } from './tensorflowWheel.js';

const HELP = `Usage: npm run setup:tensorflow -- [--gpu | --tensorflow PACKAGE] [--help]

Gives the trainer its native TensorFlow backend, about five times as fast as the wasm one:
  1. a backend that loads already is only checked;
  2. else @tensorflow/tfjs-node is installed into .tensorflow/ with its own download of TensorFlow;
  3. where that cannot be reached, pip downloads the TensorFlow wheel (about 270 MB, kept in .tensorflow/wheels) and the
     addon is built against the libraries inside it, which takes python3 with pip, g++ and make, and a minute.
It ends with a step that is really trained, and exits 1 when that does not work.

  --gpu         build against the GPU wheel "tensorflow"; CUDA 12 and cuDNN must be on the machine's library path
  --tensorflow  build against a TensorFlow that is here already: a wheel, the folder "tensorflow" of an installed Python
                package, or "installed" for the one that the interpreter imports; nothing of TensorFlow is downloaded
  PYTHON=       names the interpreter (python3)
`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      gpu: { type: 'boolean', default: false },
      tensorflow: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const { gpu, tensorflow: given } = values;
  requireNode();
  const folder = nativeBackendFolder();
  await makeFolder(folder);
  const logFile = join(folder, 'setup.log');
  await writeFile(logFile, '');
  const run = toolRunner(logFile);

  if (given === undefined) {
    const first = await check(run);
    if (first.works && (!gpu || first.output.includes('GPU'))) {
      say(`Native TensorFlow is there already.\n  ${first.output}`);
      return;
    }
  }
  say(`Native TensorFlow is not ready on this machine: setting it up in ${folder}`);
  if (given !== undefined) {
    await requireBuildTools(run, false);
    await build(run, folder, () => givenPackage(run, given));
  } else if (gpu || !(await installReady(run, folder))) {
    await requireBuildTools(run);
    await build(run, folder, () => downloadedWheel(run, folder, gpu ? 'tensorflow' : 'tensorflow-cpu'));
  }

  say('Checking: training one step');
  const last = await check(run);
  if (!last.works) {
    throw new SetupError(
      `the backend does not train:\n${lastLines(last.output)}`,
      `read ${logFile}, delete ${folder} and run this again`,
    );
  }
  say(`  ${last.output}\nDone: the trainer takes the tensorflow backend from now on.`);
}

/** Trains one step in a process of its own: a native library that crashes must not take this one along. */
async function check(run: RunTool): Promise<{ works: boolean; output: string }> {
  const script = fileURLToPath(new URL('./trainOneStep.js', import.meta.url));
  const { exitCode, output, stdout } = await run([process.execPath, script], {
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
  });
  return { works: exitCode === 0, output: (exitCode === 0 ? stdout : output).trim() };
}

/** The ready-made build from npm and Google's storage; false where that cannot be had. */
async function installReady(run: RunTool, folder: string): Promise<boolean> {
  say('Installing @tensorflow/tfjs-node with its own TensorFlow');
  const failure = await installPackage(run, folder, 'withDownload');
  if (failure === null && (await check(run)).works) return true;
  say('  its download did not work; building the addon instead');
  return false;
}

/** Installs the package, gets TensorFlow from `source`, and builds the one against the other. */
async function build(run: RunTool, folder: string, source: () => Promise<string>): Promise<void> {
  requireBuildPlatform();

  say('Installing the package alone');
  const failure = await installPackage(run, folder, 'withoutDownload');
  if (failure !== null) {
    throw new SetupError(
      `npm could not install @tensorflow/tfjs-node:\n${lastLines(failure)}`,
      'check that npm reaches its registry (npm ping)',
    );
  }

  const from = await source();
  say('Placing its libraries and headers');
  if ((await placeLibraries(run, folder, from)) === 'there') say('  there already');

  say(`Building the addon in ${packageFolder(folder)}`);
  await buildAddon(run, folder);
}

async function downloadedWheel(
  run: RunTool,
  folder: string,
  project: 'tensorflow' | 'tensorflow-cpu',
): Promise<string> {
  say(`Fetching the Python wheel ${project}`);
  const { wheel, downloaded } = await fetchWheel(run, join(folder, 'wheels'), project);
  say(downloaded ? `  ${wheel}` : `  there already: ${wheel}`);
  return wheel;
}

async function givenPackage(run: RunTool, given: string): Promise<string> {
  const from = given === 'installed' ? await installedTensorflow(run) : resolve(given);
  say(`Taking TensorFlow from ${from}`);
  return from;
}

try {
  await main();
} catch (error) {
  const remedy = error instanceof SetupError ? `\n  To do: ${error.remedy}` : '';
  process.stderr.write(
    `setup:tensorflow failed: ${error instanceof Error ? error.message : String(error)}${remedy}\n`,
  );
  process.exitCode = 1;
}
