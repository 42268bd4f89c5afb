/** Run before a GPU job does anything expensive: an hour on a machine whose GPU is not used costs as much as one that is. */
import type { SelectedBackend } from '../backend/selectBackend.js';
import { tensorflowBuild, type TensorflowBuild } from '../backend/tensorflowBuild.js';
import type { AcceleratorSettings } from '../settings/limits.js';
import { countOf, faultOf, named, productFault } from './judge.js';
import { cudaLibraries, DRIVER_LIBRARY, missingLibraries } from './libraries.js';
import { checkProduct } from './matrixProduct.js';
import { askDriver } from './nvidia.js';

export interface AcceleratorReport {
  /** One line for the log. */
  text: string;
  fields: Record<string, string | number | boolean | null>;
}

/** How the check sees the machine; replaced in tests. */
export interface Machine {
  askDriver: typeof askDriver;
  missingLibraries: typeof missingLibraries;
  checkProduct: typeof checkProduct;
  build: TensorflowBuild | null;
}

const thisMachine = (): Machine => ({
  askDriver,
  missingLibraries,
  checkProduct,
  build: tensorflowBuild(),
});

/** Throws `TrainerError` when GPUs are expected and cannot be used, or compute wrongly. Takes under a second besides the driver. */
export async function checkAccelerator(
  backend: SelectedBackend,
  { expectedGpus, visibleDevices }: AcceleratorSettings,
  machine: Machine = thisMachine(),
): Promise<AcceleratorReport> {
  const { build } = machine;
  const cuda = builtWith(build);
  if (expectedGpus === null || expectedGpus === 0) {
    const why = expectedGpus === null ? 'EXPECTED_GPUS is not set' : 'this tier has no GPU';
    return {
      text: `no GPU is checked, ${why}: ${backend.version}${cuda}, on ${backend.device}`,
      fields: { expectedGpus, device: backend.device, cuda: build?.cuda ?? null },
    };
  }
  const driver = await machine.askDriver();
  const missing = machine.missingLibraries([DRIVER_LIBRARY, ...(build ? cudaLibraries(build) : [])]);
  const findings = { expected: expectedGpus, backend, build, driver, visibleDevices, missing };
  const fault = faultOf(findings);
  if (fault) throw fault;
  const product = machine.checkProduct();
  const wrong = productFault(product, findings);
  if (wrong) throw wrong;
  const milliseconds = Math.round(product.milliseconds);
  return {
    text: `GPU checked: ${named(driver)}; ${backend.version}${cuda}; a 256 × 256 product is right after ${milliseconds} ms`,
    fields: {
      expectedGpus,
      gpus: countOf(driver),
      gpu: driver.gpus[0]?.name ?? null,
      driver: driver.driver,
      cuda: build?.cuda ?? null,
      cudnn: build?.cudnn ?? null,
      device: backend.device,
      productMs: milliseconds,
    },
  };
}

function builtWith(build: TensorflowBuild | null): string {
  if (build === null) return '';
  return build.cuda === null ? ', built without CUDA' : `, built with CUDA ${build.cuda}`;
}
