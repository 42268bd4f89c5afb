/** What a run that left no model has found in its data: the trainer keeps it in the run's folder, whatever becomes of the run. */
import { createHash } from 'node:crypto';
import type { Run } from '@trainyard/shared';
import { contentTypeOf } from '@trainyard/shared/http/contentType';
import { REPORT_FILES, type ReportFile } from '@trainyard/shared/profile/reportFiles';
import { isTerminal } from '@trainyard/shared/runs/status';
import { ObjectNotFoundError, type ObjectStore } from '../../ports/objectStore/objectStore.js';
import type { Artifact } from './artifact.js';
import { readContent } from './runObjects.js';

const FOLDER = 'data/';
/** A profile of tens of thousands of columns. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The file of the report that a path names; undefined where it names none. */
export function reportFileOf(path: string): ReportFile | undefined {
  return REPORT_FILES.find((name) => path === `${FOLDER}${name}`);
}

/** Undefined while the run goes on, which may write it anew, and where there is none. No manifest lists it: it is digested as it is. */
export async function findReport(
  objects: ObjectStore,
  { runId, status }: Pick<Run, 'runId' | 'status'>,
  name: ReportFile,
): Promise<Artifact | undefined> {
  if (!isTerminal(status)) return undefined;
  const key = `runs/${runId}/${FOLDER}${name}`;
  const content = await readContent(objects, key, MOST_BYTES).catch((error: unknown) => {
    if (error instanceof ObjectNotFoundError) return undefined;
    throw error;
  });
  if (content === undefined || content === 'too large') return undefined;
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { key, bytes: content.length, sha256, contentType: contentTypeOf(name) };
}
