/** onnxruntime in the Python that `PYTHON` names. */
import type { FormatSoftware } from './modelReader.js';
import { openOnnx } from './onnx.js';
import { pythonProcess } from './pythonProcess.js';

export function onnxruntimeInPython(): FormatSoftware {
  const { missing, ask, close } = pythonProcess('onnxruntimeReader.py', 'onnxruntime');
  return {
    name: 'onnxruntime in Python',
    precision: 'double',
    ...(missing && { missing }),
    open: ({ folder }) => openOnnx(folder, (path, feeds) => ask({ path, feeds })),
    close,
  };
}
