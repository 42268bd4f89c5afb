/** Writes runs of the past to MLflow. Each is whole or brought to be so, however often it is asked for. */
import { experimentTags } from '@trainyard/functions/mlflow/track';
import { experimentOf, NotWrittenError } from '@trainyard/functions/mlflow/runs';
import { MlflowError, type MlflowServer } from '@trainyard/functions/mlflow/server';
import { experimentName, type MlflowSettings } from '@trainyard/functions/mlflow/settings';
import { sweepRunOf } from '@trainyard/functions/mlflow/sweepRun';
import { writeRun, type Outcome } from '@trainyard/functions/mlflow/writeRun';
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
  private readonly sweeps = new Map<string, Promise<string>>();
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
      const [experimentId, version, parentId] = await Promise.all([
        this.experimentOf(run),
        this.versionOf(run),
        run.sweep ? this.sweepOf(run, run.sweep.sweepId) : this.parentOf(run),
      ]);
      const place = { version, parentId, experimentId, parameters: settings.parameters, runUrl };
      const { mlflowRunId, end, url, points, leftOut } = await writeRun(
        server,
        remoteRun(client, run, place),
        null,
      );
      return { run, end, url, points, reasons: leftOut, mlflowRunId };
    } catch (error) {
      if (error instanceof NotWrittenError || (error instanceof MlflowError && error.isOfOneRun))
        return { ...nothing, reasons: [error.message] };
      throw error;
    }
  }

  private experimentOf(run: RunView): Promise<string> {
    const { server, settings } = this.request;
    const name = experimentName(settings.experiment, run);
    return once(this.experiments, name, () => experimentOf(server, name, experimentTags(run)));
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

  /** The run there that stands for a sweep. */
  private async sweepOf(run: RunView, sweepId: string): Promise<string> {
    const { server } = this.request;
    const { modelId, createdAt } = run;
    const facts = { sweepId, modelId, name: '', startTime: Date.parse(createdAt) };
    const experimentId = await this.experimentOf(run);
    return once(this.sweeps, sweepId, () => sweepRunOf(server, experimentId, facts));
  }

  /** Written first; null where it cannot be. */
  private async parentOf({ parentRunId }: RunView): Promise<string | null> {
    if (parentRunId === null) return null;
    try {
      const parent = await this.request.client.get(parentRunId);
      return (await this.exported(parent)).mlflowRunId;
    } catch (error) {
      // It is gone.
      if (error instanceof UserError && error.code === 'refused') return null;
      throw error;
    }
  }
}

function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const found = known.get(key);
  if (found) return found;
  const made = make();
  known.set(key, made);
  return made;
}
