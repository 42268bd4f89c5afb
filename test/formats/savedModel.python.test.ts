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
import { CASE_NAMES, formatCase } from '../support/formats/formatCases.js';
import { savedModelCalls } from '../support/formats/savedModelCalls.js';
import { useWasm } from '../support/training/backend.js';

const python = process.env['PYTHON'];
if (!python) console.warn('tests in Python are skipped: PYTHON names no interpreter that has tensorflow');

describe.skipIf(!python)('a SavedModel in Python', () => {
  beforeAll(useWasm);

  it.each(CASE_NAMES)(
    'answers what the recommender answers: %s',
    async (name) => {
      const folder = await formatCase(name);
      await writeFile(join(folder, 'calls.json'), JSON.stringify(await savedModelCalls(name, folder, 1000)));
      expect(await agreement(folder)).toContain('signatures agree');
    },
    600_000,
  );

  it('answers the same where its weights are variables in a bundle', async () => {
    const folder = await formatCase('hybrid');
    const source = await openSource(readDirectory(folder));
    const asVariables = { largest: 0 };
    await writeSavedModel(join(folder, 'saved_model'), modelSignatures(source), asVariables);
    for (const tower of ['query', 'candidate'] as const) {
      await writeSavedModel(join(folder, `${tower}_model`), towerSignatures(source, tower), asVariables);
    }
    await writeFile(join(folder, 'calls.json'), JSON.stringify(await savedModelCalls('hybrid', folder, 100)));
    expect(await agreement(folder)).toContain('signatures agree');
  }, 600_000);
});

/** What Python says of a folder whose answers are those of its calls.json; it fails for another one. */
async function agreement(folder: string): Promise<string> {
  const script = fileURLToPath(new URL('savedModel.py', import.meta.url));
  const { stdout } = await promisify(execFile)(python ?? '', [script, folder]);
  return stdout;
}
