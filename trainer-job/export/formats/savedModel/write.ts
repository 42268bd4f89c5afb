/**
 * Writes `saved_model.pb`, a graph whose weights are constants, which TensorFlow loads without a folder of variables, and what each
 * input means in `assets.extra`, where TensorFlow has files for others.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeMessage, signatureMessage } from './graphMessages.js';
import { savedModelBytes } from './messages.js';
import type { SignedGraph } from './signatures.js';

/** The version of graphs that the operations are of: that of TensorFlow 2.5, of which every later release reads them. */
const PRODUCER = 716;

export async function writeSavedModel(folder: string, { graph, signatures }: SignedGraph): Promise<void> {
  const bytes = savedModelBytes({
    savedModelSchemaVersion: 1,
    metaGraphs: [
      {
        metaInfoDef: { tags: ['serve'], tensorflowVersion: '2.5.0' },
        graphDef: {
          node: [
            ...graph.nodes.map(nodeMessage),
            nodeMessage({
              name: 'initialize',
              op: 'NoOp',
              inputs: graph.initializers.map((name) => `^${name}`),
              attributes: {},
            }),
          ],
          versions: { producer: PRODUCER, minConsumer: 12 },
        },
        collectionDef: { saved_model_main_op: { nodeList: { value: ['initialize'] } } },
        signatureDef: Object.fromEntries(
          Object.entries(signatures).map(([name, signature]) => [name, signatureMessage(signature)]),
        ),
      },
    ],
  });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'saved_model.pb'), bytes);
  const described = Object.fromEntries(
    Object.entries(signatures).map(([name, { meanings, outputs }]) => [
      name,
      { inputs: meanings, outputs: Object.keys(outputs) },
    ]),
  );
  await mkdir(join(folder, 'assets.extra'), { recursive: true });
  await writeFile(
    join(folder, 'assets.extra', 'signatures.json'),
    `${JSON.stringify({ schemaVersion: 1, signatures: described }, null, 2)}\n`,
  );
}
