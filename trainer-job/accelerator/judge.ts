/** What the findings of the check mean: nothing here asks the machine. */
import type { SelectedBackend } from '../backend/selectBackend.js';
import type { TensorflowBuild } from '../backend/tensorflowBuild.js';
import { DRIVER_LIBRARY } from './libraries.js';
import type { ProductCheck } from './matrixProduct.js';
import type { DriverReport } from './nvidia.js';
import { TrainerError } from '../errors/trainerError.js';

export interface Findings {
  /** How many GPUs the job was given. */
  expected: number;
  backend: SelectedBackend;
  /** Null where nobody wrote down how it was built. */
  build: TensorflowBuild | null;
  driver: DriverReport;
  /** Which GPUs CUDA may see, where the environment restricts it. */
  visibleDevices: string | null;
  /** Libraries of the image and the driver that the loader does not find. */
  missing: readonly string[];
}

/**
 * The oldest driver on Linux that runs programs of a CUDA major version, by minor version compatibility
 * (https://docs.nvidia.com/deploy/cuda-compatibility/).
 */
const OLDEST_DRIVER: Readonly<Record<string, string>> = { '11': '450.80.02', '12': '525.60.13' };

/** Null when the GPUs can be used; what is wrong first when they cannot. */
export function faultOf(findings: Findings): TrainerError | null {
  return (
    backendFault(findings) ??
    buildFault(findings) ??
    visibilityFault(findings) ??
    driverFault(findings) ??
    libraryFault(findings) ??
    deviceFault(findings)
  );
}

function backendFault({ backend, expected }: Findings): TrainerError | null {
  if (backend.name === 'tensorflow') return null;
  return new TrainerError(
    'gpu-backend-missing',
    `this job has ${gpus(expected)} and would train on ${backend.name}, which cannot use them: ${backend.reason}`,
    'build the image trainer-gpu anew (its log says why the addon did not load), leave TRAINYARD_BACKEND at auto, or choose a tier without a GPU',
  );
}

function buildFault({ build, backend }: Findings): TrainerError | null {
  if (build === null || build.cuda !== null || backend.device === 'gpu') return null;
  return new TrainerError(
    'tensorflow-without-cuda',
    `TensorFlow ${build.version} of this image was built without CUDA: it sees no GPU on any machine`,
    'run GPU tiers with the image trainer-gpu (trainyard deploy --only images,jobs), not with trainer-cpu',
  );
}

function visibilityFault({ driver, expected, visibleDevices, backend }: Findings): TrainerError | null {
  const count = countOf(driver);
  // Where TensorFlow has one, a sandbox that hides the driver's own files is no fault.
  if (count === 0 && backend.device === 'gpu') return null;
  if (count === 0) {
    return new TrainerError(
      'gpu-not-visible',
      `this job was given ${gpus(expected)} and sees none: ${driver.silence ?? 'nvidia-smi lists none'}`,
      'try again: another machine may have them; if it stays so, check that the job asks for its GPU (gcloud beta run jobs describe, --gpu) and that the driver is mounted',
    );
  }
  if (visibleDevices !== null && /^\s*(-1.*)?$/.test(visibleDevices)) {
    return new TrainerError(
      'gpu-backend-missing',
      `CUDA_VISIBLE_DEVICES is "${visibleDevices}", which hides the ${gpus(count)} of this machine`,
      'remove CUDA_VISIBLE_DEVICES from the job, or set EXPECTED_GPUS=0 to train on processors',
    );
  }
  if (count >= expected) return null;
  return new TrainerError(
    'gpu-missing',
    `this job was given ${gpus(expected)} and sees ${count}: ${named(driver)}`,
    'try again: another machine may have all of them; if it stays so, set the number of GPUs of the tier right',
  );
}

function driverFault({ driver: { driver }, build, backend }: Findings): TrainerError | null {
  const oldest = OLDEST_DRIVER[build?.cuda?.split('.')[0] ?? ''];
  if (backend.device === 'gpu' || driver === null || oldest === undefined || atLeast(driver, oldest))
    return null;
  return new TrainerError(
    'gpu-driver-too-old',
    `the driver of this machine is ${driver}, and CUDA ${build?.cuda} needs ${oldest} or newer`,
    'choose another tier or region, ask for a newer driver, or build the image from a TensorFlow for an older CUDA (--build-arg TENSORFLOW_IMAGE=…)',
  );
}

function libraryFault({ missing, backend }: Findings): TrainerError | null {
  if (backend.device === 'gpu' || missing.length === 0) return null;
  if (missing.includes(DRIVER_LIBRARY)) {
    return new TrainerError(
      'gpu-not-visible',
      `the driver's ${DRIVER_LIBRARY} is not on the library path, although the machine shows a GPU`,
      'try again; if it stays so, add the folder that the platform mounts the driver in to LD_LIBRARY_PATH (Cloud Run and Vertex AI: /usr/local/nvidia/lib64)',
    );
  }
  return new TrainerError(
    'cuda-library-missing',
    `TensorFlow cannot open ${missing.join(', ')}, and uses no GPU without`,
    'build the image trainer-gpu anew: its Dockerfile installs the CUDA libraries that its TensorFlow asks for',
  );
}

function deviceFault({ backend, driver }: Findings): TrainerError | null {
  if (backend.device === 'gpu') return null;
  return new TrainerError(
    'gpu-not-usable',
    `the machine shows ${named(driver)}, and TensorFlow uses none of it: ${backend.version}`,
    'try again: another machine may work; to see why, start the job with TF_CPP_MIN_LOG_LEVEL=0 and read its log',
  );
}

/** The GPU multiplies wrongly. */
export function productFault({ wrong }: ProductCheck, { driver }: Findings): TrainerError | null {
  if (wrong === 0) return null;
  return new TrainerError(
    'gpu-wrong-result',
    `a product of two matrices on ${named(driver)} has ${wrong} wrong entries of 65536`,
    'try again: another machine may compute right; report this one to the platform if it stays so',
  );
}

export function countOf({ gpus: found, devices }: DriverReport): number {
  return Math.max(found.length, devices);
}

/** `NVIDIA L4, 23 GB, driver 550.90.07`. */
export function named({ gpus: found, devices, driver }: DriverReport): string {
  const first = found[0];
  if (first === undefined && devices === 0) return 'a GPU that only TensorFlow sees';
  const what = first
    ? `${found.length > 1 ? `${found.length} × ` : ''}${first.name}, ${Math.round(first.memoryMb / 1024)} GB`
    : gpus(devices);
  return driver === null ? what : `${what}, driver ${driver}`;
}

function gpus(count: number): string {
  return count === 1 ? 'one GPU' : `${count} GPUs`;
}

function atLeast(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split('.').map(Number));
  for (const [i, wanted] of (b ?? []).entries()) {
    const difference = (a?.[i] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
