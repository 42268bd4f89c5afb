/** A step of the set-up failed; the remedy is what to do before running it again. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}
