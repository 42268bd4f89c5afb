/** A graph whose large weights are variables, which are restored from a bundle when the model is loaded. */
import { typeOf, type GraphNode } from '../../graph/graph.js';
import { writeBundle, type Variable } from './bundle.js';

/** What is smaller than this stays a constant of the graph. */
const SMALL = 1024;

/** What loaders have to know: which tensor gets the path of the bundle, and which node restores. */
export interface Saver {
  filenameTensorName: string;
  saveTensorName: string;
  restoreOpName: string;
  maxToKeep: number;
  version: number;
}

const FILE = 'save/file';
const RESTORE = 'save/restore_all';
/** `SaverDef.V2`, the bundle format. */
const V2 = 2;

/** Writes the large weights of nodes into `folder`, and returns the nodes that read them instead. */
export async function withVariables(
  nodes: readonly GraphNode[],
  folder: string,
  between: () => Promise<void>,
): Promise<{ nodes: GraphNode[]; saver: Saver }> {
  const variables = nodes.flatMap(variableOf);
  const digest = await writeBundle(folder, variables, between);
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  const reading = nodes.flatMap((node) => {
    const variable = byName.get(node.name);
    return variable ? readerOf(variable, digest) : [node];
  });
  const saver = {
    filenameTensorName: `${FILE}:0`,
    saveTensorName: `${FILE}:0`,
    restoreOpName: RESTORE,
    maxToKeep: 1,
    version: V2,
  };
  return { nodes: [...reading, ...restoring(variables)], saver };
}

function variableOf({ name, op, attributes }: GraphNode): Variable[] {
  const value = attributes['value'];
  if (op !== 'Const' || value?.kind !== 'tensor') return [];
  const { type, shape, values } = value.tensor;
  if (!(values instanceof Float32Array) || values.byteLength < SMALL) return [];
  return [{ name, tensor: { type, shape, values } }];
}

const handleOf = (name: string) => `variables/${name}`;

/** The value has the name of the constant that it was. Models that one process has loaded share variables of one name. */
function readerOf({ name, tensor: { type, shape } }: Variable, digest: string): GraphNode[] {
  return [
    {
      name: handleOf(name),
      op: 'VarHandleOp',
      inputs: [],
      attributes: {
        container: { kind: 'text', value: '' },
        shared_name: { kind: 'text', value: `trainyard_${digest}/${name}` },
        dtype: typeOf(type),
        shape: { kind: 'shape', shape },
      },
    },
    { name, op: 'ReadVariableOp', inputs: [handleOf(name)], attributes: { dtype: typeOf(type) } },
  ];
}

function restoring(variables: readonly Variable[]): GraphNode[] {
  const texts = (name: string, values: readonly string[]): GraphNode => ({
    name,
    op: 'Const',
    inputs: [],
    attributes: {
      dtype: typeOf('string'),
      value: { kind: 'tensor', tensor: { type: 'string', shape: [values.length], values } },
    },
  });
  const restored = 'save/RestoreV2';
  return [
    {
      name: FILE,
      op: 'Placeholder',
      inputs: [],
      attributes: { dtype: typeOf('string'), shape: { kind: 'shape', shape: [] } },
    },
    texts(
      'save/names',
      variables.map(({ name }) => name),
    ),
    // Whole tensors.
    texts(
      'save/slices',
      variables.map(() => ''),
    ),
    {
      name: restored,
      op: 'RestoreV2',
      inputs: [FILE, 'save/names', 'save/slices'],
      attributes: { dtypes: { kind: 'types', types: variables.map(({ tensor }) => tensor.type) } },
    },
    ...variables.map(({ name, tensor }, i) => ({
      name: `save/assign_${i}`,
      op: 'AssignVariableOp',
      inputs: [handleOf(name), i === 0 ? restored : `${restored}:${i}`],
      attributes: { dtype: typeOf(tensor.type) },
    })),
    { name: RESTORE, op: 'NoOp', inputs: variables.map((_, i) => `^save/assign_${i}`), attributes: {} },
  ];
}
