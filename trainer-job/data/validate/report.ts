import {
  validationSchema,
  type Finding,
  type Suspects,
  type Validation,
} from '@trainyard/shared/profile/validation';
import { z } from 'zod';
import { correctionSchema, type Correction } from '../transform/corrections.js';
import { TrainerError } from '../../errors/trainerError.js';

/** `validation.json`, with what was made of outliers. */
export const writtenValidationSchema = z.strictObject({
  ...validationSchema.shape,
  /** What `dataset.columns[…].outliers` has made of columns, and of how many values; known once the rows are split. */
  corrections_applied: z.array(correctionSchema),
});
export type WrittenValidation = z.infer<typeof writtenValidationSchema>;

export function validationOf(
  made: Pick<Validation, 'rows' | 'reference' | 'findings' | 'warnings' | 'schema_changes' | 'drift'>,
  now: Date,
): WrittenValidation {
  const { findings } = made;
  const violated = findings.filter(({ outcome }) => outcome === 'violated');
  return {
    schemaVersion: 1,
    passed: violated.every(({ severity }) => severity === 'warning'),
    checkedAt: now.toISOString(),
    ...made,
    schema_violations: violated
      .filter(({ expectation: { expect } }) => expect !== 'outliers' && expect !== 'labels')
      .map(({ message }) => message),
    detected_outliers: suspects(findings, 'outliers'),
    potential_mislabels: suspects(findings, 'labels'),
    corrections_applied: [],
  };
}

/** The validation with what was made of outliers; those that are only reported are among the detected ones. */
export function withCorrections(
  validation: WrittenValidation,
  corrections: readonly Correction[],
): WrittenValidation {
  const reported = corrections.filter(({ correction, count }) => correction === 'report' && count > 0);
  return {
    ...validation,
    detected_outliers: [
      ...validation.detected_outliers,
      ...reported.map(({ column, count, total }) => ({ column, count, total, examples: [] })),
    ],
    corrections_applied: corrections.filter(({ correction }) => correction !== 'report'),
  };
}

function suspects(findings: readonly Finding[], kind: 'outliers' | 'labels'): Suspects[] {
  return findings.flatMap(({ expectation, count, total, examples }) =>
    expectation.expect === kind && count !== null && total !== null && count > 0
      ? [{ column: expectation.column, count, total, examples }]
      : [],
  );
}

export function violations({ findings }: Validation, severity: 'error' | 'warning'): Finding[] {
  return findings.filter((one) => one.outcome === 'violated' && one.severity === severity);
}

/** What a run's error can hold, less what is put around it. */
const MAX_MESSAGE = 3600;

/** All violated expectations at once, as the error that ends the run. `folder` holds the report. */
export function violationError(validation: Validation, folder: string): TrainerError {
  const errors = violations(validation, 'error').map(({ message }) => message);
  const warnings = violations(validation, 'warning').map(({ message }) => `(warning) ${message}`);
  const lines = [...errors, ...warnings].map((message, i) => `${i + 1}. ${message.slice(0, 600)}`);
  let shown = lines.length;
  while (shown > 1 && lines.slice(0, shown).join('\n').length > MAX_MESSAGE) shown--;
  const more = lines.length > shown ? [`and ${lines.length - shown} more`] : [];
  const many = errors.length > 1 ? `${errors.length} expectations are` : 'an expectation is';
  return new TrainerError(
    'expectation-violated',
    [`${many} violated:`, ...lines.slice(0, shown), ...more].join('\n'),
    `correct the data, or change dataset.expectations; the whole report is in ${folder}`,
    { stage: 'validate' },
  );
}
