/** A run of our own stores, as it is written to MLflow. */
import type { Run } from '@trainyard/shared';
import { attachedFile } from '../attachments/attach.js';
import type { ControlPlane } from '../controlPlane.js';
import { DomainError } from '../errors/domainError.js';
import { findArtifact, listArtifacts } from '../runs/results/artifacts.js';
import { readContent } from '../runs/results/runObjects.js';
import { listEpochs, viewOf } from '../runs/repository.js';
import { ATTACHED } from './artifacts.js';
import type { RunFile, RunSource } from './written.js';

/** What reading a run takes. */
export type SourcePorts = Pick<ControlPlane, 'store' | 'objects'>;

export function storedRun(
  { store, objects }: SourcePorts,
  run: Run,
  place: Pick<RunSource, 'version' | 'parentId' | 'experimentId' | 'parameters' | 'runUrl'>,
): RunSource {
  return {
    ...place,
    run: viewOf(run),
    epochs: () => listEpochs(store, run.runId),
    files: () => noneWhereAbsent(listArtifacts(objects, run), []),
    read: (file) => noneWhereAbsent(contentOf(objects, run, file), undefined),
  };
}

async function contentOf(
  objects: ControlPlane['objects'],
  run: Run,
  { path, bytes }: RunFile,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { key } = path.startsWith(ATTACHED)
    ? attachedFile(run, path.slice(ATTACHED.length))
    : await findArtifact(objects, run, path);
  // The manifest is a trainer's word, and the object may be any size.
  const content = await readContent(objects, key, bytes);
  return content === 'too large' ? undefined : new Uint8Array(content);
}

async function noneWhereAbsent<T>(found: Promise<T>, none: T): Promise<T> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'no-artifact') return none;
    throw error;
  }
}
