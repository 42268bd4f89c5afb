/** The runs of a model that have looked at its data, told apart by what they looked at. */
import type { RunView } from '@trainyard/shared/http/bodies';

/** What a run looked at: where its rows came from, and which rows they were. */
export interface LookedAt {
  uri: string;
  /** Each version of the rows by its newest run, newest first. */
  versions: readonly RunView[];
}

/** In the order of the runs, which come newest first. */
export function lookedAt(runs: readonly RunView[]): LookedAt[] {
  const found = new Map<string, Map<string, RunView>>();
  for (const run of runs) {
    if (!run.data) continue;
    const versions = found.get(run.data.uri) ?? new Map<string, RunView>();
    if (!versions.has(run.data.digest)) versions.set(run.data.digest, run);
    found.set(run.data.uri, versions);
  }
  return [...found].map(([uri, versions]) => ({ uri, versions: [...versions.values()] }));
}

/** With a run that an address names, which may be older than those that were read, or another one on the same rows. */
export function withRun(runs: readonly RunView[], run: RunView | undefined): RunView[] {
  return run ? [run, ...runs.filter(({ runId }) => runId !== run.runId)] : [...runs];
}
