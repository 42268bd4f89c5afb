import type { TrainerProblem } from './trainerProblem.js';

/** The machine, its GPUs or the cloud around it are the reason. */
export const PLATFORM_ERRORS = {
  'source-changed': {
    kind: 'platform',
    meaning:
      'Files or objects were replaced or deleted while the run read them. The next attempt reads the new ones.',
    remedy: 'Write each version of the data to files of its own, and leave them until the run is over.',
    retriable: true,
  },
  'export-incomplete': {
    kind: 'platform',
    meaning: 'Exports of BigQuery failed or lost their files, ten times in one run.',
    remedy: 'See the jobs in BigQuery, and whether something deletes the files below `exportUri`.',
    retriable: true,
  },
  'storage-unavailable': {
    kind: 'platform',
    meaning: 'Cloud Storage could not be reached after several attempts.',
    remedy: 'Look at https://status.cloud.google.com if it stays so.',
    retriable: true,
  },
  'bigquery-unavailable': {
    kind: 'platform',
    meaning: 'BigQuery could not be reached after several attempts, or broke a job off.',
    remedy: 'Look at https://status.cloud.google.com if it stays so.',
    retriable: true,
  },
  'disk-full': {
    kind: 'platform',
    meaning: 'The disk of the machine is full.',
    remedy: 'Give the job more disk, or clear its cache.',
    retriable: true,
  },
  'gpu-not-visible': {
    kind: 'platform',
    meaning: 'The machine was given GPUs, and the trainer sees none of them.',
    remedy: 'If it stays so, check that the job asks for its GPU and that the driver is mounted.',
    retriable: true,
  },
  'gpu-missing': {
    kind: 'platform',
    meaning: 'The trainer sees fewer GPUs than it was given.',
    remedy: 'If it stays so, set the number of GPUs of the tier right.',
    retriable: true,
  },
  'gpu-not-usable': {
    kind: 'platform',
    meaning: 'TensorFlow uses none of the GPUs that the machine shows.',
    remedy: 'If it stays so, start the job with `TF_CPP_MIN_LOG_LEVEL=0` and read its log.',
    retriable: true,
  },
  'gpu-wrong-result': {
    kind: 'platform',
    meaning: 'A GPU multiplies wrongly.',
    remedy: 'Report the machine to the platform if it stays so.',
    retriable: true,
  },
  'no-credentials': {
    kind: 'platform',
    meaning: 'There are no Google credentials on this machine.',
    remedy:
      'A job gets them from its service account; on a machine of your own run `gcloud auth application-default login`.',
    retriable: false,
  },
  'no-storage-permission': {
    kind: 'platform',
    meaning: 'The trainer may not read or write where its artifacts or its cache lie.',
    remedy: 'Grant the service account of the job the role `roles/storage.objectUser` on the bucket.',
    retriable: false,
  },
  'storage-not-found': {
    kind: 'platform',
    meaning: 'A bucket, or an object that an earlier stage kept, is gone.',
    remedy:
      'Create the bucket, or correct the address; what a lifecycle rule has deleted is made again by a new run.',
    retriable: false,
  },
  'quota-exceeded': {
    kind: 'platform',
    meaning: 'A quota of BigQuery is used up.',
    remedy: 'Wait until it is renewed, or ask for a higher one in the Google Cloud console.',
    retriable: false,
  },
  'backend-unavailable': {
    kind: 'platform',
    meaning: 'The backend that was asked for does not work here.',
    remedy: 'Leave `TRAINYARD_BACKEND` at `auto`, or run `npm run setup:tensorflow` for `tensorflow`.',
    retriable: false,
  },
  'gpu-backend-missing': {
    kind: 'platform',
    meaning: 'The job has GPUs and would train on a backend, or in an environment, that cannot use them.',
    remedy: 'Build the image `trainer-gpu` anew, or choose a tier without a GPU.',
    retriable: false,
  },
  'tensorflow-without-cuda': {
    kind: 'platform',
    meaning: 'The TensorFlow of the image was built without CUDA.',
    remedy: 'Run GPU tiers with the image `trainer-gpu`.',
    retriable: false,
  },
  'gpu-driver-too-old': {
    kind: 'platform',
    meaning: 'The driver of the machine is older than CUDA needs.',
    remedy: 'Choose another tier or region, or build the image from a TensorFlow for an older CUDA.',
    retriable: false,
  },
  'cuda-library-missing': {
    kind: 'platform',
    meaning: 'TensorFlow cannot open a library of CUDA.',
    remedy: 'Build the image `trainer-gpu` anew.',
    retriable: false,
  },
} as const satisfies Record<string, TrainerProblem>;
