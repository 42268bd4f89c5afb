/** Writes runs of the past to MLflow. Each is whole or brought to be so, however often it is asked for. */
import { experimentOf, experimentPlace } from '@trainyard/functions/mlflow/experiments';
import { NotWrittenError } from '@trainyard/functions/mlflow/runs';
import { MlflowError, type MlflowServer } from '@trainyard/functions/mlflow/server';
import type { MlflowSettings } from '@trainyard/functions/mlflow/settings';
import { sweepFactsOf, writeSweep } from '@trainyard/functions/mlflow/sweepRun';
import { externalOf, writeRun, type Outcome } from '@trainyard/functions/mlflow/writeRun';
import { inParallel, isTerminal, type RunView } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import type { TrainyardClient } from '../../client/trainyardClient.js';
import { remoteRun } from './remoteRun.js';

/** How a run fared. `leftOut`: nothing of it was written. */
export interface Exported {
  run: RunView;
  end: Outcome['end'] | 'leftOut';
  url: string | null;
  points: number;
  /** What MLflow has not, and why: a sentence each. */
  reasons: string[];
}

export interface ExportRequest {
  client: TrainyardClient;
  server: MlflowServer;
  settings: MlflowSettings;
  runUrl: string | undefined;
  signal: AbortSignal;
  /** Called after each run. */
  onExported: (exported: Exported) => void;
}

/** So many runs at a time: a server of one process has others to serve. */
const CONCURRENCY = 4;

/** @throws what keeps all runs from being written: no answer, no right to write. What was written before stays, and is not written again. */
export async function exportRuns(request: ExportRequest, runs: readonly RunView[]): Promise<void> {
  const exporter = new Exporter(request);
  await inParallel(runs, CONCURRENCY, async (run) => {
    request.signal.throwIfAborted();
    request.onExported(await exporter.exported(run));
  });
}

class Exporter {
  private readonly runs = new Map<string, Promise<Exported & { mlflowRunId: string | null }>>();
  private readonly experiments = new Map<string, Promise<string>>();
  private readonly sweeps = new Map<string, Promise<ParentThere>>();
  private readonly versions = new Map<string, Promise<Map<string, number>>>();

  constructor(private readonly request: ExportRequest) {}

  /** Once for each run, as a parent or for its own sake. */
  exported(run: RunView): Promise<Exported & { mlflowRunId: string | null }> {
    return once(this.runs, run.runId, () => this.write(run));
  }

  private async write(run: RunView): Promise<Exported & { mlflowRunId: string | null }> {
    const { client, server, settings, runUrl } = this.request;
    const nothing = { run, end: 'leftOut' as const, url: null, points: 0, mlflowRunId: null };
    if (!isTerminal(run.status))
      return { ...nothing, reasons: [`it is ${run.status}: run the command again once it has ended`] };
    try {
      const [experimentId, version] = await Promise.all([this.experimentOf(run), this.versionOf(run)]);
      const parent = await this.parentOf(run, experimentId);
      const place = { version, parentId: parent.id, experimentId, parameters: settings.parameters, runUrl };
      const outcome = await writeRun(server, remoteRun(client, run, place), null);
      const { mlflowRunId, end, url, points, leftOut } = outcome;
      const reasons = [...parent.leftOut, ...leftOut, ...(await this.named(run, outcome))];
      return { run, end, url, points, reasons, mlflowRunId };
    } catch (error) {
      if (error instanceof NotWrittenError || (error instanceof MlflowError && error.isOfOneRun))
        return { ...nothing, reasons: [error.message] };
      throw error;
    }
  }

  /** Has the run say where it is. Says why not, where the caller may not. */
  private async named(run: RunView, outcome: Outcome): Promise<string[]> {
    const external = externalOf(outcome);
    if (run.external?.mlflowUrl === external.mlflowUrl) return [];
    const refused = await noneWhereRefused(
      this.request.client.nameExternal(run.runId, external).then(() => undefined),
      (why) => why,
    );
    return refused === undefined ? [] : [`the run does not say that it is there: ${refused}`];
  }

  private experimentOf(run: Pick<RunView, 'modelId' | 'experiment'>): Promise<string> {
    const { client, server, settings } = this.request;
    const { modelId, experiment } = run;
    return once(this.experiments, JSON.stringify([modelId, experiment]), async () => {
      const said =
        experiment === null
          ? undefined
          : await noneWhereRefused(client.experiment(modelId, experiment), () => undefined);
      return experimentOf(server, experimentPlace(settings.experiment, run, said));
    });
  }

  private async versionOf({ modelId, runId, status }: RunView): Promise<number | null> {
    if (status !== 'completed') return null;
    const all = await once(this.versions, modelId, async () => {
      const versions = new Map<string, number>();
      for await (const each of this.request.client.versions(modelId)) versions.set(each.runId, each.version);
      return versions;
    });
    return all.get(runId) ?? null;
  }

  /** The run there that it is a child of: the one that stands for its sweep, or its parent, which is written first. */
  private async parentOf(run: RunView, experimentId: string): Promise<ParentThere> {
    const { parentRunId, sweep } = run;
    if (sweep) return this.sweepOf(run, sweep.sweepId, experimentId);
    if (parentRunId === null) return { id: null, leftOut: [] };
    const { client } = this.request;
    const parent = await noneWhereRefused(client.get(parentRunId), () => undefined);
    if (parent) return { id: (await this.exported(parent)).mlflowRunId, leftOut: [] };
    // Of a run that retrains the best trial, the parent is the sweep.
    return this.sweepOf(run, parentRunId, experimentId, 'where there is one');
  }

  /** It ends there as the sweep has ended. */
  private sweepOf(
    { modelId, createdAt }: RunView,
    sweepId: string,
    experimentId: string,
    when?: 'where there is one',
  ): Promise<ParentThere> {
    const { client, server } = this.request;
    return once(this.sweeps, sweepId, async () => {
      const view = await noneWhereRefused(client.sweep(sweepId), () => undefined);
      if (view) return { id: await writeSweep(server, experimentId, sweepFactsOf(view)), leftOut: [] };
      if (when) return { id: null, leftOut: [] };
      const unknown = { sweepId, modelId, name: '', createdAt, end: 'unknown' as const };
      const leftOut = [`how the sweep ${sweepId} ended, for it is not there any more`];
      return { id: await writeSweep(server, experimentId, unknown), leftOut };
    });
  }
}

/** The id of a run there; null where there is none. What is not known of it: a sentence each. */
interface ParentThere {
  id: string | null;
  leftOut: string[];
}

/** What is asked of Trainyard; where it says no, what `none` makes of its words. */
async function noneWhereRefused<T, N>(asked: Promise<T>, none: (why: string) => N): Promise<T | N> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof UserError && error.code === 'refused') return none(error.message);
    throw error;
  }
}

function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const found = known.get(key);
  if (found) return found;
  const made = make();
  known.set(key, made);
  return made;
}
