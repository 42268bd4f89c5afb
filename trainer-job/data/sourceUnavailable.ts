/** The data are likely all right, but could not be had just now. Trying again can help. */
export class SourceUnavailable extends Error {
  override readonly name = 'SourceUnavailable';
  constructor(
    /** Kebab-case, stable. */
    readonly code: string,
    message: string,
    /** What to look at if it stays so. */
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
