/**
 * `node trainer-job/dist/checkImage.js [--cuda]`: whether this image, or this machine, can train. The image's build ends with it,
 * and a person runs it where a job does not start.
 *
 * Loads the native backend and multiplies two matrices on it; with `EXPECTED_GPUS` it checks the GPUs as a job does. `--cuda` is for
 * a build, where no GPU is: TensorFlow must have been built with CUDA and find all its libraries but the driver's. Exit codes are
 * the trainer's: 0 it can, 2 the image must change, 75 another machine may do.
 */
import { parseArgs } from 'node:util';
import { checkAccelerator } from './accelerator/checkAccelerator.js';
import { cudaLibraries, missingLibraries } from './accelerator/libraries.js';
import { checkProduct } from './accelerator/matrixProduct.js';
import { selectBackend } from './backend/selectBackend.js';
import { tensorflowBuild } from './backend/tensorflowBuild.js';
import { acceleratorSettings } from './settings/limits.js';
import { TrainerError } from './errors/trainerError.js';

const FINAL = 2;
const TRY_AGAIN = 75;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { cuda: { type: 'boolean', default: false } } });
  const settings = acceleratorSettings();
  const backend = await selectBackend('tensorflow');
  if (values.cuda) requireCuda();
  const report = await checkAccelerator(backend, settings);
  process.stdout.write(`${report.text}\n`);
  if ((settings.expectedGpus ?? 0) > 0) return;
  const { wrong, milliseconds } = checkProduct();
  if (wrong > 0) throw new Error(`a product of two matrices has ${wrong} wrong entries of 65536`);
  process.stdout.write(`a 256 × 256 product is right after ${Math.round(milliseconds)} ms\n`);
}

function requireCuda(): void {
  const build = tensorflowBuild();
  if (build === null || build.cuda === null) {
    throw new TrainerError(
      'tensorflow-without-cuda',
      build === null
        ? 'nobody wrote down how the TensorFlow here was built'
        : `TensorFlow ${build.version} here was built without CUDA`,
      'build against the TensorFlow of a GPU image: npm run setup:tensorflow -- --tensorflow installed',
    );
  }
  const missing = missingLibraries(cudaLibraries(build));
  if (missing.length === 0) return;
  throw new TrainerError(
    'cuda-library-missing',
    `TensorFlow ${build.version} for CUDA ${build.cuda} does not find ${missing.join(', ')}`,
    'put the folder that has them on LD_LIBRARY_PATH',
  );
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof TrainerError && error.remedy !== null)
    process.stderr.write(`  to do: ${error.remedy}\n`);
  const final = error instanceof TrainerError && !error.retriable;
  process.exitCode = final ? FINAL : TRY_AGAIN;
}
