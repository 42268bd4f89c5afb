/** Of a backend of tfjs: the native one says so, the others have none. */
export function usesGpu(backend: object): boolean {
  return 'isUsingGpuDevice' in backend && backend.isUsingGpuDevice === true;
}
