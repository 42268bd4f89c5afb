/** SavedModels in TensorFlow, in the Python that `PYTHON` names. */
import type { FormatSoftware } from './modelReader.js';
import { pythonProcess } from './pythonProcess.js';
import { openSavedModel } from './savedModel.js';

export function savedModelInPython(): FormatSoftware {
  const { missing, ask, close } = pythonProcess('savedModelReader.py', 'tensorflow');
  return {
    name: 'TensorFlow in Python',
    precision: 'double',
    readsDecimals: true,
    ...(missing && { missing }),
    open: ({ folder }) =>
      openSavedModel(folder, (own, signature, inputs) => ask({ folder: own, signature, inputs })),
    close,
  };
}
