/**
 * Writes `saved_model.pb`, a graph whose weights are constants, which TensorFlow loads without a folder of variables, or with it where
 * they are large; and what each input means in `assets.extra`, where TensorFlow has files for others.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';
import type { Graph, GraphNode } from '../graph/graph.js';
import { nodeMessage, signatureMessage } from './graphMessages.js';
import { savedModelBytes } from './messages.js';
import type { SignedGraph } from './signatures.js';
import { withVariables, type Saver } from './variables/withVariables.js';

/** The version of graphs that the operations are of: that of TensorFlow 2.5, of which every later release reads them. */
const PRODUCER = 716;

/** From so many bytes of weights on, they are variables: a protobuf ends at 2 GB, and some readers of it before. */
const LARGEST = 1e9;

interface Writing {
  /** Lets reports and signals have their turn. */
  between?: () => Promise<void>;
  /** So many bytes of weights are constants at most. */
  largest?: number;
}

export async function writeSavedModel(
  folder: string,
  { graph, signatures }: SignedGraph,
  { between = async () => {}, largest = LARGEST }: Writing = {},
): Promise<void> {
  const large = bytesOfWeights(graph) > largest;
  const { nodes, saver }: { nodes: readonly GraphNode[]; saver?: Saver } = large
    ? await withVariables(graph.nodes, join(folder, 'variables'), between)
    : graph;
  const bytes = savedModelBytes({
    savedModelSchemaVersion: 1,
    metaGraphs: [
      {
        metaInfoDef: { tags: ['serve'], tensorflowVersion: '2.5.0' },
        graphDef: {
          node: [
            ...nodes.map(nodeMessage),
            nodeMessage({
              name: 'initialize',
              op: 'NoOp',
              inputs: graph.initializers.map((name) => `^${name}`),
              attributes: {},
            }),
          ],
          versions: { producer: PRODUCER, minConsumer: 12 },
        },
        ...(saver && { saverDef: saver }),
        collectionDef: { saved_model_main_op: { nodeList: { value: ['initialize'] } } },
        signatureDef: Object.fromEntries(
          Object.entries(signatures).map(([name, signature]) => [name, signatureMessage(signature)]),
        ),
      },
    ],
  });
  await makeFolder(folder);
  await writeFile(join(folder, 'saved_model.pb'), bytes);
  const described = Object.fromEntries(
    Object.entries(signatures).map(([name, { meanings, outputs }]) => [
      name,
      { inputs: meanings, outputs: Object.keys(outputs) },
    ]),
  );
  await makeFolder(join(folder, 'assets.extra'));
  await writeFile(
    join(folder, 'assets.extra', 'signatures.json'),
    `${JSON.stringify({ schemaVersion: 1, signatures: described }, null, 2)}\n`,
  );
}

function bytesOfWeights({ nodes }: Graph): number {
  return nodes.reduce((sum, { attributes: { value } }) => {
    const values = value?.kind === 'tensor' ? value.tensor.values : null;
    return sum + (values instanceof Float32Array ? values.byteLength : 0);
  }, 0);
}
