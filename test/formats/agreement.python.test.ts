/** What Python's software makes of a model, where `PYTHON` names an interpreter that has it: as the recommender does. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { readDirectory } from '@trainyard/recommender/node';
import { openSource } from '../../trainer-job/export/formats/graph/modelSource.js';
import { modelSignatures, towerSignatures } from '../../trainer-job/export/formats/savedModel/signatures.js';
import { writeSavedModel } from '../../trainer-job/export/formats/savedModel/write.js';
import { describeFormat } from '../contracts/formatReader.contract.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { onnxruntimeInPython } from './onnxruntimeInPython.js';
import { savedModelInPython } from './savedModelInPython.js';

/** One process for both of its suites. */
const { close, ...TENSORFLOW } = savedModelInPython();
afterAll(async () => close?.());
describeFormat(TENSORFLOW);
describeFormat(onnxruntimeInPython());
describeFormat(
  {
    ...TENSORFLOW,
    name: 'TensorFlow in Python, with weights that are variables in a bundle,',
    async open(model) {
      const folder = join(await temporaryFolder(), 'model');
      await cp(model.folder, folder, { recursive: true });
      const source = await openSource(readDirectory(folder));
      const asVariables = { largest: 0 };
      await writeSavedModel(join(folder, 'saved_model'), modelSignatures(source), asVariables);
      for (const tower of ['query', 'candidate'] as const) {
        await writeSavedModel(join(folder, `${tower}_model`), towerSignatures(source, tower), asVariables);
      }
      return TENSORFLOW.open({ ...model, folder });
    },
  },
  ['hybrid'],
);
