import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TransformDocument } from '@trainyard/recommender/format/transformDocument';
import { openTransform } from '@trainyard/recommender/model/transform';
import { readDirectory } from '@trainyard/recommender/node';
import { trainingSpecSchema, type TrainingSpecInput } from '@trainyard/shared';
import type { CloudSettings } from '../../../trainer-job/cloud/cloudSettings.js';
import type { SourceContext } from '../../../trainer-job/data/source/openSource.js';
import { withRelevant } from '../../../trainer-job/data/transform/relevantRows.js';
import { readEncodedDataset } from '../../../trainer-job/data/readEncodedDataset.js';
import type { EncodedDataset } from '../../../trainer-job/data/encodedDataset.js';
import { StageCache } from '../../../trainer-job/cache/stageCache.js';
import { dataStages } from '../../../trainer-job/pipeline/dataStages.js';
import { runStages } from '../../../trainer-job/pipeline/runStages.js';
import { Outputs, type StageReport } from '../../../trainer-job/pipeline/stage.js';
import { StopSignal } from '../../../trainer-job/stopSignal.js';

export interface PreparedData {
  /** Of the stages, as those after them see them. */
  outputs: Outputs;
  /** Holds what `readEncodedDataset` reads. */
  encodedFolder: string;
  /** Of all that shaped what is in that folder. */
  encodedDigest: string;
  dataFingerprint: string;
  /** When the rows were read where they came from; null for files. */
  dataSnapshot: string | null;
  manifest: TransformDocument;
  data: EncodedDataset;
  reports: StageReport[];
  warnings: string[];
  vocabulary(this: void, tower: 'query' | 'candidate', feature: string): Promise<string[]>;
}

/** Takes a specification through ingest, validate and transform, with `folder` for relative paths and the cache. */
export async function prepared(
  folder: string,
  input: TrainingSpecInput,
  context: Partial<SourceContext> = {},
): Promise<PreparedData> {
  const reports: StageReport[] = [];
  const warnings: string[] = [];
  const spec = trainingSpecSchema.parse(input);
  const cacheRoot = join(folder, 'cache');
  const now = () => new Date('2026-11-20T12:00:00.000Z');
  const stages = dataStages({
    spec,
    baseDirectory: folder,
    cacheRoot,
    reportFolder: join(folder, 'data'),
    now,
    runId: 'run-of-a-test',
    cloud: offline,
    signal: new AbortController().signal,
    beforeEnd: () => () => {},
    log: (level, message) => level === 'warn' && warnings.push(message),
    ...context,
  });
  const outputs = new Outputs();
  const cache = new StageCache(cacheRoot, new Set(spec.compute.forceRecompute), now);
  try {
    await runStages(stages, outputs, {
      cache,
      stop: new StopSignal(),
      onStart: () => {},
      onCompleted(report) {
        reports.push(report);
        warnings.push(...report.warnings.map(({ message }) => message));
      },
    });
  } finally {
    cache.close();
  }
  const { source, outcome: rows } = outputs.of('ingest');
  const {
    folder: encodedFolder,
    digest: encodedDigest,
    outcome: manifest,
    relevant,
  } = outputs.of('transform');
  return {
    encodedFolder,
    encodedDigest,
    dataFingerprint: source.fingerprint,
    dataSnapshot: rows.snapshot,
    manifest,
    data: relevant
      ? await withRelevant(await readEncodedDataset(encodedFolder), relevant.folder)
      : await readEncodedDataset(encodedFolder),
    outputs,
    reports,
    warnings,
    vocabulary: async (tower, feature) => {
      const { document, vocabulary } = await openTransform(readDirectory(encodedFolder));
      return vocabulary(
        tower,
        document[tower].features.findIndex(({ encoded }) => encoded.name === feature),
      );
    },
  };
}

/** No source of a test is in the cloud unless the test says where. */
export const offline: CloudSettings = {
  storageEndpoint: 'http://127.0.0.1:9',
  bigQueryEndpoint: 'http://127.0.0.1:9',
  downloadLimitBytes: 1e9,
  retryBaseMs: 1,
  stallMs: 1000,
  pollMs: 1,
};

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
