/** Why a GPU job cannot use its GPUs. A fault of the machine goes away on another one; a fault of the image does not. */
export const ACCELERATOR_FAULTS = {
  'gpu-backend-missing': { retriable: false },
  'tensorflow-without-cuda': { retriable: false },
  'gpu-driver-too-old': { retriable: false },
  'cuda-library-missing': { retriable: false },
  'gpu-not-visible': { retriable: true },
  'gpu-missing': { retriable: true },
  'gpu-not-usable': { retriable: true },
  'gpu-wrong-result': { retriable: true },
} as const;
export type AcceleratorFault = keyof typeof ACCELERATOR_FAULTS;

/** Thrown before anything is read or paid for; the remedy is what a person does about it. */
export class AcceleratorError extends Error {
  override readonly name = 'AcceleratorError';
  readonly retriable: boolean;
  constructor(
    readonly code: AcceleratorFault,
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.retriable = ACCELERATOR_FAULTS[code].retriable;
  }
}
