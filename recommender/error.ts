/** What a caller may branch on; each is explained in the package's README. */
export type RecommenderErrorCode =
  /** A file of the model's folder cannot be read. */
  | 'missing-file'
  /** A description is no JSON, or not what its schema says. */
  | 'bad-document'
  /** A description is of a version that this code does not know. */
  | 'unknown-version'
  /** Files of the folder do not belong together, or one is cut off. */
  | 'mismatched-files'
  /** A key of the given values is no column that the tower reads. */
  | 'unknown-column'
  /** A value is neither a text, a number, a bigint, a boolean nor missing; or values or a pair are no object of known keys. */
  | 'bad-value'
  /** A number stands for an identity that it may not be: it is no safe integer. */
  | 'unsafe-number'
  /** An option such as `k` is out of its range, or there is no such option. */
  | 'bad-option'
  /** A package that only an option needs is not installed, or has no build for the machine. */
  | 'missing-package'
  /** There is no such item in the catalogue. */
  | 'unknown-item'
  /** The model has no vectors, or predicts no target; or its folder does not say what each user has, or what is known of the items. */
  | 'not-of-this-model';

/** The one error of this package: what was wrong, and what to do about it. */
export class RecommenderError extends Error {
  override readonly name = 'RecommenderError';

  constructor(
    readonly code: RecommenderErrorCode,
    message: string,
    readonly remedy: string,
    options?: { cause: unknown },
  ) {
    super(`${message}: ${remedy}`, options);
  }
}
