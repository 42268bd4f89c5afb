/** The command could not do its work for a reason that the message explains: no stack trace helps. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
