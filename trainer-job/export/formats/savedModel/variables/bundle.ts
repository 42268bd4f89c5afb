/**
 * The folder `variables` of a SavedModel in TensorFlow's bundle format (tensorflow/core/util/tensor_bundle): the numbers of all tensors
 * one after the other in `variables.data-00000-of-00001`, and in `variables.index`, a sorted table, where each lies.
 */
import { createHash } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { crc32c, masked } from '../../../../data/source/tfrecord/crc32c.js';
import { bytesOf } from '../../../../data/typedFiles.js';
import type { TensorData } from '../../graph/graph.js';
import { entryBytes, headerBytes } from '../messages.js';
import { entryMessage } from '../graphMessages.js';
import { sortedTable, type TableEntry } from './sortedTable.js';

/** A tensor of numbers under the name that the graph restores it by. */
export interface Variable {
  name: string;
  tensor: TensorData & { values: Float32Array };
}

/** So many bytes are summed and written at once. */
const PART_BYTES = 32 * 1024 * 1024;

/** Writes the folder; memory does not follow the tensors. Returns the SHA-256 of all that they hold. */
export async function writeBundle(
  folder: string,
  variables: readonly Variable[],
  between: () => Promise<void>,
): Promise<string> {
  await makeFolder(folder);
  const digest = createHash('sha256');
  const entries: TableEntry[] = [{ key: Buffer.alloc(0), value: headerBytes() }];
  const file = await open(join(folder, 'variables.data-00000-of-00001'), 'w');
  try {
    let offset = 0;
    for (const { name, tensor } of inOrder(variables)) {
      const bytes = bytesOf(tensor.values);
      digest.update(JSON.stringify([name, tensor.shape]));
      let sum = 0;
      for (let at = 0; at < bytes.length; at += PART_BYTES) {
        const part = bytes.subarray(at, at + PART_BYTES);
        sum = crc32c(part, 0, part.length, sum);
        digest.update(part);
        await file.writeFile(part);
        await between();
      }
      const value = entryBytes(entryMessage(tensor, { offset, size: bytes.length, crc32c: masked(sum) }));
      entries.push({ key: Buffer.from(name), value });
      offset += bytes.length;
    }
  } finally {
    await file.close();
  }
  await writeFile(join(folder, 'variables.index'), sortedTable(entries));
  return digest.digest('hex');
}

/** By the bytes of their names, as the table has them. */
function inOrder(variables: readonly Variable[]): Variable[] {
  return variables.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}
