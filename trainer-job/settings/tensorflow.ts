/** The variables that TensorFlow and cuBLAS read while they are loaded. Whoever set one before is heeded. */
import { cores } from './limits.js';
import { processEnvironment, setDefault } from './environment.js';

/** Stops TensorFlow's own log below errors. */
export function quietTensorflow(): void {
  setDefault('TF_CPP_MIN_LOG_LEVEL', '2');
}

/** Has TensorFlow take, of the kernels of a GPU, those that give the same numbers each time, and cuBLAS too. */
export function deterministicTensorflow(): void {
  setDefault('TF_DETERMINISTIC_OPS', '1');
  setDefault('CUBLAS_WORKSPACE_CONFIG', ':4096:8');
}

/**
 * Has TensorFlow multiply with oneDNN on every x86 processor, as it does of its own accord on those with AVX-512 VNNI: in less
 * time and memory where one side of a product is narrow; TensorFlow says so on stderr, once. With Eigen where an operation has
 * one thread, which then is the one that signals interrupt: oneDNN's products take the heap for their stack meanwhile, and a
 * signal's handler would write over other data (docs/decisions/0028-onednn.md).
 */
export function oneDnnTensorflow(available = cores()): void {
  const threads = tensorflowThreads(available);
  const oneDnn = setDefault('TF_ENABLE_ONEDNN_OPTS', threads > 1 ? '1' : '0');
  // Eigen takes single kernels of oneDNN: those for AVX-512 have the stack on the heap, those before it have not.
  if (threads === 1 && oneDnn === '0') setDefault('ONEDNN_MAX_CPU_ISA', 'AVX2');
}

/** Has TensorFlow compute each operation on one thread; false where somebody wants more. */
export function undividedTensorflow(): boolean {
  return setDefault('TF_NUM_INTRAOP_THREADS', '1') === '1';
}

/**
 * Has each of several workers compute its operations itself, on its one thread, with oneDNN: signals interrupt another thread.
 * False where somebody wants it otherwise.
 */
export function workersOfTensorflow(): boolean {
  if (!undividedTensorflow()) return false;
  setDefault('TF_ENABLE_ONEDNN_OPTS', '1');
  return true;
}

/** How many threads share an operation that the thread of the training asks for. */
export function tensorflowThreads(available = cores()): number {
  return Number(processEnvironment()['TF_NUM_INTRAOP_THREADS'] ?? 0) || available;
}

/** Whether an operation of TensorFlow runs on the thread that asks, with oneDNN. */
export function asksOneDnnItself(): boolean {
  const { TF_NUM_INTRAOP_THREADS: threads, TF_ENABLE_ONEDNN_OPTS: oneDnn } = processEnvironment();
  return threads === '1' && oneDnn === '1';
}
