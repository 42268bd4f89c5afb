import type { EvaluationReport } from '@trainyard/shared';

/** What `evaluate` finds out. What else the report holds is of the run, or follows from this. */
export type Findings = Omit<
  EvaluationReport,
  | 'schemaVersion'
  | 'run'
  | 'verdict'
  | 'gates'
  | 'history'
  | 'bestEpoch'
  | 'warnings'
  | 'performance'
  | 'provenance'
  | 'data'
  | 'model'
  | 'training'
>;
