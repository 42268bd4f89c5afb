/** The command line is wrong: the message says what is, what is allowed, and what to write instead. Nothing was started. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
