import type { EvaluationReport } from '@trainyard/shared';
import type { EvaluationOutcome } from '../../../trainer-job/evaluate/evaluateModel.js';
import type { Findings } from '../../../trainer-job/evaluate/findings.js';

/** The report of what was found, as of a run without gates that nobody started by a control plane. */
export function reportOf({
  findings,
  warnings,
}: Pick<EvaluationOutcome, 'findings' | 'warnings'>): EvaluationReport {
  return {
    schemaVersion: 1,
    run: {
      runId: 'test',
      modelId: null,
      modelVersion: 'test#1',
      attempt: 1,
      evaluatedAt: new Date(0).toISOString(),
    },
    verdict: { decision: 'unsure', sentence: 'Nobody asked.', reasons: [] },
    ...findings,
    performance: null,
    gates: [],
    history: [],
    bestEpoch: 0,
    warnings: warnings.map((warning) => ({ ...warning, stage: 'evaluate' })),
    provenance: null,
  };
}

/** Of a model that was never evaluated. */
export const NO_FINDINGS: Findings = {
  modelType: 'retrieval',
  primaryMetric: null,
  measured: { rows: 0, users: 0, rowsOfSplit: 0, items: 0, how: 'nothing' },
  metrics: [],
  methods: [],
  comparisons: [],
  leftOut: [],
  lists: [],
  slices: [],
  ratingErrors: null,
  yesOrNo: null,
  importance: [],
  changes: null,
  samples: [],
};
