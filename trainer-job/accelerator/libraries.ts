/** Which of the libraries that TensorFlow opens at run time are not there. It says so only in a log that is turned down. */

/** What the driver brings; it comes with the machine, everything else with the image. */
export const DRIVER_LIBRARY = 'libcuda.so.1';

/** As TensorFlow's `dso_loader` opens them, by CUDA's major version: each has a version of its own. */
const CUDA_LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  '11': [
    'libcudart.so.11.0',
    'libcublas.so.11',
    'libcublasLt.so.11',
    'libcufft.so.10',
    'libcusolver.so.11',
    'libcusparse.so.11',
  ],
  '12': [
    'libcudart.so.12',
    'libcublas.so.12',
    'libcublasLt.so.12',
    'libcufft.so.11',
    'libcusolver.so.11',
    'libcusparse.so.12',
  ],
};

/** For a CUDA that this version does not know, only cuDNN is named. */
export function cudaLibraries(build: { cuda: string | null; cudnn: string | null }): string[] {
  const major = build.cuda?.split('.')[0] ?? '';
  const cudnn = build.cudnn?.split('.')[0];
  return [...(CUDA_LIBRARIES[major] ?? []), ...(cudnn ? [`libcudnn.so.${cudnn}`] : [])];
}

/** Those of `names` that the loader does not find, asking the loader itself, so that all its paths count. */
export function missingLibraries(names: readonly string[], load = open): string[] {
  return names.filter((name) => !load(name));
}

function open(name: string): boolean {
  try {
    process.dlopen({ exports: {} }, name);
    return true;
  } catch (error) {
    // A library that is found is no addon of Node, which it says in other words.
    return !/cannot open shared object file/.test(error instanceof Error ? error.message : String(error));
  }
}
