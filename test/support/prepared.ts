import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { trainingSpecSchema, type TrainingSpecInput } from '@trainyard/shared';
import { readEncodedDataset, readVocabulary } from '../../trainer-job/data/readEncodedDataset.js';
import type { EncodedDataset } from '../../trainer-job/data/encodedDataset.js';
import { prepare, type Prepared, type StageReport } from '../../trainer-job/pipeline/prepareStages.js';

export interface PreparedData extends Prepared {
  data: EncodedDataset;
  reports: StageReport[];
  warnings: string[];
  vocabulary(this: void, tower: 'query' | 'candidate', feature: string): Promise<string[]>;
}

/** Takes a specification through ingest, validate and transform, with `folder` for relative paths and the cache. */
export async function prepared(folder: string, input: TrainingSpecInput): Promise<PreparedData> {
  const reports: StageReport[] = [];
  const warnings: string[] = [];
  const result = await prepare({
    spec: trainingSpecSchema.parse(input),
    baseDirectory: folder,
    cacheRoot: join(folder, 'cache'),
    onStageStart: () => {},
    onStage: (report) => reports.push(report),
    log: (_level, message) => warnings.push(message),
  });
  const { encodedFolder } = result;
  return {
    ...result,
    data: await readEncodedDataset(encodedFolder),
    reports,
    warnings,
    vocabulary: (tower, feature) => readVocabulary(encodedFolder, tower, feature),
  };
}

export async function writeLines(folder: string, name: string, lines: readonly string[]): Promise<string> {
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

/** `user` and `item` towers over `uri`, with parts of the data set replaced. */
export function userItemSpec(
  uri: string,
  dataset: Partial<TrainingSpecInput['dataset']> = {},
): TrainingSpecInput {
  return {
    dataset: { source: { uri }, ...dataset },
    features: {
      query: [{ column: 'user', transform: 'lookup', id: true }],
      candidate: [{ column: 'item', transform: 'lookup', id: true }],
    },
  };
}
