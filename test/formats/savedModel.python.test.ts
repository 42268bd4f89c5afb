/** SavedModels in Python's TensorFlow, where `PYTHON` names an interpreter that has it: a thousand queries to each signature. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readDirectory } from '@trainyard/recommender/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSource } from '../../trainer-job/export/formats/graph/modelSource.js';
import { modelSignatures, towerSignatures } from '../../trainer-job/export/formats/savedModel/signatures.js';
import { writeSavedModel } from '../../trainer-job/export/formats/savedModel/write.js';
import { formatCase, MODEL_TYPES } from '../support/formats/formatCases.js';
import { savedModelCalls } from '../support/formats/savedModelCalls.js';
import { useWasm } from '../support/training/backend.js';

const python = process.env['PYTHON'];
if (!python) console.warn('tests in Python are skipped: PYTHON names no interpreter that has tensorflow');

describe.skipIf(!python)('a SavedModel in Python', () => {
  beforeAll(useWasm);

  it('answers what the recommender answers, of each type of model', async () => {
    const folders: string[] = [];
    for (const type of MODEL_TYPES) {
      const folder = await formatCase(type);
      const source = await openSource(readDirectory(folder));
      await writeSavedModel(join(folder, 'saved_model'), modelSignatures(source));
      for (const tower of ['query', 'candidate'] as const) {
        await writeSavedModel(join(folder, `${tower}_model`), towerSignatures(source, tower));
      }
      await writeFile(join(folder, 'calls.json'), JSON.stringify(await savedModelCalls(folder, 1000)));
      folders.push(folder);
    }
    const script = fileURLToPath(new URL('savedModel.py', import.meta.url));
    const { stdout } = await promisify(execFile)(python ?? '', [script, ...folders]);
    expect(stdout.match(/signatures agree/g)).toHaveLength(MODEL_TYPES.length);
  }, 600_000);
});
