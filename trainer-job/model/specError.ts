/** The specification asks for a model that cannot be. Trying again cannot help. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
  constructor(
    message: string,
    readonly remedy: string,
    /** Of the run's error. */
    readonly code = 'invalid-spec',
  ) {
    super(message);
  }
}
