/** What is the same for all warnings of a code. */
interface WarningMeaning {
  meaning: string;
  /** In general; the warning itself has a remedy with the names of the run at hand. */
  remedy: string;
}

/**
 * What our trainer warns of, by the code that the warning carries. A callback takes any code of that form, for a trainer may be
 * of another version, or not be ours.
 */
const TABLE = {
  'expectation-violated': {
    meaning: 'The data breaks an expectation of `dataset.expectations` whose severity is `warning`.',
    remedy: 'Correct the data, or change the expectation.',
  },
  'schema-changed': {
    meaning: 'The columns of the data, or their types, differ from those of the reference.',
    remedy: 'If it was meant, nothing: the data of a completed validation is the next reference.',
  },
  'missing-values': {
    meaning: 'A column is null in more than a twentieth of the rows.',
    remedy: 'Fill the column at its source, or allow for it by an expectation `nulls`.',
  },
  'missing-times': {
    meaning: 'The column that orders the split is null in some rows, which therefore count as the oldest.',
    remedy: 'Drop the rows by `dataset.where`, or fill the column at its source.',
  },
  'cast-failed': {
    meaning: 'A cast of `dataset.columns` failed for some values, which count as null.',
    remedy: 'Correct the values, or the cast.',
  },
  'unmatched-rows': {
    meaning: 'Rows have no match in a table that is joined to them, so that its columns are null there.',
    remedy: 'Compare the keys on both sides: their types, letter case and blanks.',
  },
} as const satisfies Record<string, WarningMeaning>;

export type RunWarningCode = keyof typeof TABLE;

export const RUN_WARNINGS: Readonly<Record<RunWarningCode, WarningMeaning>> = TABLE;
