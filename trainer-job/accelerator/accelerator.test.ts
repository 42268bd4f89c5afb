import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import type { SelectedBackend } from '../backend/selectBackend.js';
import { acceleratorSettings } from '../settings/limits.js';
import { failureOf } from '../pipeline/failure.js';
import { checkAccelerator, type Machine } from './checkAccelerator.js';
import { cudaLibraries, missingLibraries } from './libraries.js';
import { checkProduct } from './matrixProduct.js';
import { askDriver, parseGpus, type DriverReport } from './nvidia.js';
import { TrainerError } from '../errors/trainerError.js';
import type { TrainerErrorCode } from '@trainyard/shared/errors/trainerErrors';

const L4 = { name: 'NVIDIA L4', memoryMb: 23_034 };
const driver = (gpus: number, version = '550.90.07'): DriverReport => ({
  gpus: Array.from({ length: gpus }, () => L4),
  driver: version,
  devices: gpus,
  silence: null,
});
const backend = (device: 'gpu' | 'cpu', name: SelectedBackend['name'] = 'tensorflow'): SelectedBackend => ({
  name,
  device,
  version: 'tfjs-node 4.22.0, TensorFlow 2.21.0',
  reason: 'the best that works here; tensorflow is not available (.tensorflow: not installed)',
});
const CUDA = { version: '2.21.0', cuda: '12.5.1', cudnn: '9' };
const NO_DRIVER: DriverReport = { gpus: [], driver: null, devices: 0, silence: 'nvidia-smi is not there' };

const machine = (parts: Partial<Omit<Machine, 'askDriver'>> & { driver?: DriverReport } = {}): Machine => ({
  askDriver: async () => parts.driver ?? driver(1),
  missingLibraries: () => [],
  checkProduct: () => ({ wrong: 0, milliseconds: 3 }),
  build: CUDA,
  ...parts,
});

interface Case {
  what: string;
  backend?: SelectedBackend;
  machine?: Machine;
  expected?: number;
  visible?: string;
  code: TrainerErrorCode;
  retriable: boolean;
  says: RegExp;
}

const cases: Case[] = [
  {
    what: 'the addon does not load',
    backend: backend('cpu', 'wasm'),
    code: 'gpu-backend-missing',
    retriable: false,
    says: /would train on wasm.*\.tensorflow: not installed/,
  },
  {
    what: 'the image is the one for processors',
    machine: machine({ build: { version: '2.21.0', cuda: null, cudnn: null } }),
    code: 'tensorflow-without-cuda',
    retriable: false,
    says: /built without CUDA/,
  },
  {
    what: 'no GPU and no driver is there',
    machine: machine({ driver: NO_DRIVER, missingLibraries: () => ['libcuda.so.1'] }),
    code: 'gpu-not-visible',
    retriable: true,
    says: /given one GPU and sees none: nvidia-smi is not there/,
  },
  {
    what: 'the driver does not answer',
    machine: machine({
      driver: { ...NO_DRIVER, silence: "nvidia-smi failed: couldn't communicate with the NVIDIA driver" },
    }),
    code: 'gpu-not-visible',
    retriable: true,
    says: /couldn't communicate/,
  },
  {
    what: 'the environment hides the GPUs',
    visible: '-1',
    code: 'gpu-backend-missing',
    retriable: false,
    says: /CUDA_VISIBLE_DEVICES is "-1"/,
  },
  {
    what: 'a GPU of several is missing',
    backend: backend('gpu'),
    machine: machine({ driver: driver(3) }),
    expected: 4,
    code: 'gpu-missing',
    retriable: true,
    says: /given 4 GPUs and sees 3: 3 × NVIDIA L4, 22 GB, driver 550.90.07/,
  },
  {
    what: 'the driver is too old for the CUDA of the image',
    machine: machine({ driver: driver(1, '470.57.02') }),
    code: 'gpu-driver-too-old',
    retriable: false,
    says: /470.57.02.*CUDA 12.5.1 needs 525.60.13/,
  },
  {
    what: 'libraries of the image are missing',
    machine: machine({ missingLibraries: () => ['libcudnn.so.9'] }),
    code: 'cuda-library-missing',
    retriable: false,
    says: /cannot open libcudnn.so.9/,
  },
  {
    what: "the driver's library is not on the path",
    machine: machine({ missingLibraries: () => ['libcuda.so.1'] }),
    code: 'gpu-not-visible',
    retriable: true,
    says: /libcuda.so.1 is not on the library path/,
  },
  {
    what: 'TensorFlow uses none for a reason of its own',
    code: 'gpu-not-usable',
    retriable: true,
    says: /shows NVIDIA L4.*uses none of it/,
  },
  {
    what: 'the GPU computes wrongly',
    backend: backend('gpu'),
    machine: machine({ checkProduct: () => ({ wrong: 7, milliseconds: 3 }) }),
    code: 'gpu-wrong-result',
    retriable: true,
    says: /7 wrong entries/,
  },
];

describe('a job that was given GPUs ends at its start, with a remedy, when', () => {
  it.each(cases)('$what', async ({ backend: selected, machine: on, expected, visible, ...fault }) => {
    const check = checkAccelerator(
      selected ?? backend('cpu'),
      { expectedGpus: expected ?? 1, visibleDevices: visible ?? null },
      on ?? machine(),
    );
    const error = await check.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(TrainerError);
    expect((error as Error).message).toMatch(fault.says);
    const failure = failureOf(error, null);
    expect(failure).toMatchObject({ error: { code: fault.code }, retriable: fault.retriable });
    expect(failure.error.remedy).toMatch(/try again|image|choose|remove/);
  });
});

describe('the check of the GPUs', () => {
  it('says what it found when all is well', async () => {
    const { text, fields } = await checkAccelerator(
      backend('gpu'),
      { expectedGpus: 1, visibleDevices: null },
      machine(),
    );
    expect(text).toBe(
      'GPU checked: NVIDIA L4, 22 GB, driver 550.90.07; tfjs-node 4.22.0, TensorFlow 2.21.0, built with CUDA 12.5.1; a 256 × 256 product is right after 3 ms',
    );
    expect(fields).toMatchObject({ gpus: 1, gpu: 'NVIDIA L4', cuda: '12.5.1', device: 'gpu' });
  });

  it('trusts TensorFlow where a sandbox hides the driver', async () => {
    const { text } = await checkAccelerator(
      backend('gpu'),
      { expectedGpus: 1, visibleDevices: null },
      machine({ driver: NO_DRIVER }),
    );
    expect(text).toContain('a GPU that only TensorFlow sees');
  });

  it.each([null, 0])('asks nothing of the machine when %s GPUs are expected', async (expectedGpus) => {
    const asked: string[] = [];
    const { text } = await checkAccelerator(
      backend('cpu'),
      { expectedGpus, visibleDevices: null },
      { ...machine(), askDriver: async () => (asked.push('driver'), driver(0)) },
    );
    expect(text).toMatch(/^no GPU is checked/);
    expect(asked).toEqual([]);
  });

  it('goes by EXPECTED_GPUS', () => {
    expect(acceleratorSettings({})).toEqual({ expectedGpus: null, visibleDevices: null });
    expect(acceleratorSettings({ EXPECTED_GPUS: '4', CUDA_VISIBLE_DEVICES: '0,1' })).toEqual({
      expectedGpus: 4,
      visibleDevices: '0,1',
    });
    expect(() => acceleratorSettings({ EXPECTED_GPUS: 'all' })).toThrow(
      expect.objectContaining({ code: 'invalid-settings' }),
    );
  });
});

describe('the driver', () => {
  it('is asked on the path, then where the platforms mount it', async () => {
    const asked: string[] = [];
    const report = await askDriver(
      async (tool) => {
        asked.push(tool);
        return tool.startsWith('/')
          ? { output: 'Tesla T4, 15360, 535.183.01\nTesla T4, 15360, 535.183.01\n' }
          : { failure: 'spawn nvidia-smi ENOENT', missing: true };
      },
      await temporaryFolder(),
    );
    expect(asked).toEqual(['nvidia-smi', '/usr/local/nvidia/bin/nvidia-smi']);
    expect(report).toMatchObject({ driver: '535.183.01', silence: null });
    expect(report.gpus).toHaveLength(2);
  });

  it('is known by the kernel where its tool is not there', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'dev'));
    await mkdir(join(root, 'proc/driver/nvidia'), { recursive: true });
    for (const name of ['nvidia0', 'nvidia1', 'nvidiactl', 'nvidia-uvm'])
      await writeFile(join(root, 'dev', name), '');
    await writeFile(
      join(root, 'proc/driver/nvidia/version'),
      'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.124.06  Release Build\nGCC version: 12.2\n',
    );
    const missing = async () => ({ failure: 'ENOENT', missing: true });
    expect(await askDriver(missing, root)).toEqual({
      gpus: [],
      driver: '570.124.06',
      devices: 2,
      silence: 'nvidia-smi is not there',
    });
  });

  it('answers in lines, of which only whole ones count', () => {
    expect(parseGpus('NVIDIA H100 80GB HBM3, 81559, 550.54.15\nNo devices were found\n')).toEqual([
      { name: 'NVIDIA H100 80GB HBM3', memoryMb: 81_559, driver: '550.54.15' },
    ]);
  });
});

describe('libraries', () => {
  it('are looked for by the loader itself', () => {
    expect(missingLibraries(['libc.so.6', 'libthere-is-none.so.9'])).toEqual(['libthere-is-none.so.9']);
  });

  it('are those of the CUDA that TensorFlow was built for', () => {
    expect(cudaLibraries(CUDA)).toContain('libcudart.so.12');
    expect(cudaLibraries(CUDA)).toContain('libcudnn.so.9');
    expect(cudaLibraries({ cuda: null, cudnn: null })).toEqual([]);
  });
});

describe('the product of two matrices', () => {
  it('is right to the last bit on a backend that computes right', async () => {
    await tf.setBackend('cpu');
    expect(checkProduct()).toMatchObject({ wrong: 0 });
  });

  it('finds every wrong entry', async () => {
    await tf.setBackend('cpu');
    const { wrong } = checkProduct((a, b) =>
      tf.add(tf.matMul(a, b), tf.oneHot(tf.range(0, 256, 1, 'int32'), 256)),
    );
    expect(wrong).toBe(256);
  });
});
