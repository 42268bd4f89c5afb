import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DocumentStore } from '@trainyard/functions/ports/documentStore/documentStore';
import { listEpochs, listEvents, listStages, readRun } from '@trainyard/functions/runs/repository';
import { parseVersion } from '@trainyard/functions/models/repository';
import { queries } from '@trainyard/functions/queries';
import { eventSchema, type ModelVersion } from '@trainyard/shared';
import { z } from 'zod';
import type { RunMemory } from './fakeTrainer.js';
import type { PlannedRun } from './scenario.js';
import { files } from './settings.js';
import type { Evidence } from './verdict.js';

/** More than a model of an experiment has runs. */
const MAX_VERSIONS = 10_000;

const launchSchema = z.object({ name: z.string(), tier: z.string(), outcome: z.string() });

/** Reads what is stored and recorded of the runs that were started. */
export async function gatherEvidence(
  folder: string,
  store: DocumentStore,
  plans: ReadonlyMap<string, PlannedRun>,
  { memories, started }: { memories: ReadonlyMap<string, RunMemory>; started: ReadonlySet<string> },
): Promise<Evidence[]> {
  const published = linesOf(join(folder, files.published), eventSchema);
  const launches = linesOf(join(folder, files.launches), launchSchema);
  const versions = await versionsOf(store, new Set([...plans.values()].map(({ scenario }) => scenario)));
  return Promise.all(
    [...plans].map(async ([runId, plan]) => {
      const run = await readRun(store, runId);
      if (!run) throw new Error(`run ${runId} was accepted and is not stored`);
      // A host that was killed after a launch could not record it: the job itself counts, and every further "started".
      const own = launches.filter(
        ({ name, outcome }) => nameOf(name).runId === runId && outcome === 'started',
      );
      const unrecorded = [...started]
        .filter((name) => nameOf(name).runId === runId && !own.some((launch) => launch.name === name))
        .map((name) => ({ name, tier: 'unknown' }));
      return {
        plan,
        memory: memories.get(runId),
        run,
        epochs: await listEpochs(store, runId),
        stages: await listStages(store, runId),
        records: await listEvents(store, runId),
        published: published.filter(({ data }) => 'runId' in data && data.runId === runId),
        versions: versions.filter((version) => version.runId === runId),
        versionsOfModel: versions.filter(({ modelId }) => modelId === run.modelId).length,
        launched: [...own, ...unrecorded].map(({ name, tier }) => ({ attempt: nameOf(name).attempt, tier })),
      };
    }),
  );
}

/** Of all these models. */
async function versionsOf(store: DocumentStore, modelIds: ReadonlySet<string>): Promise<ModelVersion[]> {
  const found = [...modelIds].map(async (modelId) =>
    (await store.query(queries.modelVersions(modelId, { limit: MAX_VERSIONS }))).map(parseVersion),
  );
  return (await Promise.all(found)).flat();
}

function nameOf(job: string): { runId: string; attempt: number } {
  const [runId = '', attempt] = job.split('-');
  return { runId, attempt: Number(attempt) };
}

/** A line that a kill cut off is passed over: what it tells of was not acknowledged, and is told again. */
function linesOf<T>(file: string, schema: z.ZodType<T>): T[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [schema.parse(JSON.parse(line))];
      } catch {
        return [];
      }
    });
}
