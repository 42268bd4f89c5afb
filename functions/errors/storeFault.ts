/** What keeps a store from working, told from the errors of SQLite, of the file system and of Google's clients. */

export interface StoreFault {
  /** Follows "the store". */
  reason: string;
  /** What an operator does about it. */
  remedy: string;
}

const DAMAGED = {
  reason: 'is damaged',
  remedy: 'stop what uses it, then put a copy from before in its place, or move it away to begin anew',
};
const LOCKED = { reason: 'is locked by another process', remedy: 'end the other process that has it open' };
const FULL = { reason: 'has no room: the disk is full', remedy: 'make room on the disk' };
const BROKEN = { reason: 'cannot be read or written: the disk fails', remedy: 'look at the disk' };
const READ_ONLY = {
  reason: 'may not be written',
  remedy: 'give whoever runs this the right to write the file and its folder',
};
const CANNOT_OPEN = {
  reason: 'cannot be opened',
  remedy: 'look whether its folder is there, and whether it is a file that whoever runs this may read',
};
const SILENT = { reason: 'does not answer', remedy: 'look whether it runs and is reached from here' };

/** By the code of SQLite without what extends it (https://sqlite.org/rescode.html), or of the system. */
const BY_NAME: Readonly<Record<string, StoreFault>> = {
  SQLITE_CORRUPT: DAMAGED,
  SQLITE_NOTADB: DAMAGED,
  SQLITE_BUSY: LOCKED,
  SQLITE_LOCKED: LOCKED,
  SQLITE_FULL: FULL,
  SQLITE_IOERR: BROKEN,
  SQLITE_READONLY: READ_ONLY,
  SQLITE_PERM: READ_ONLY,
  SQLITE_CANTOPEN: CANNOT_OPEN,
  ENOSPC: FULL,
  EDQUOT: FULL,
  EIO: BROKEN,
  EROFS: READ_ONLY,
  EACCES: READ_ONLY,
  EPERM: READ_ONLY,
  ENOTDIR: CANNOT_OPEN,
  EISDIR: CANNOT_OPEN,
  EMFILE: { reason: 'cannot be opened: too many files are open', remedy: 'raise the limit of open files' },
  ECONNREFUSED: SILENT,
  ECONNRESET: SILENT,
  ETIMEDOUT: SILENT,
  EAI_AGAIN: SILENT,
  ENOTFOUND: SILENT,
};

/** By the number of the status (https://grpc.io/docs/guides/status-codes). */
const BY_STATUS: Readonly<Record<number, StoreFault>> = {
  4: SILENT,
  5: {
    reason: 'has no such database',
    remedy: 'make the database of the project, and name the right project',
  },
  7: {
    reason: 'refuses this service account',
    remedy: 'give the account the role that the deployment asks for',
  },
  8: { reason: 'has used up its quota', remedy: 'wait, or raise the quota' },
  10: { reason: 'is busy: many requests change the same thing', remedy: 'send the request again' },
  14: SILENT,
  16: { reason: 'accepts no credentials of this service', remedy: 'renew the credentials of the service' },
};

/** A stored document that is no JSON any more. */
export class DamagedDocumentError extends Error {
  override readonly name = 'DamagedDocumentError';
}

/** The fault that an error tells of, or one of its causes; undefined where it is another mistake. */
export function storeFaultOf(error: unknown): StoreFault | undefined {
  for (
    let cause: unknown = error, depth = 0;
    cause instanceof Error && depth < 5;
    cause = cause.cause, depth++
  ) {
    if (cause instanceof DamagedDocumentError) return DAMAGED;
    // The driver names no code where a file cannot be opened.
    if (cause.message.startsWith('ConnectionFailed(')) return CANNOT_OPEN;
    const code: unknown = 'code' in cause ? cause.code : undefined;
    const fault = typeof code === 'string' ? byName(code) : typeof code === 'number' && BY_STATUS[code];
    if (fault) return fault;
  }
  return undefined;
}

function byName(code: string): StoreFault | undefined {
  return BY_NAME[code] ?? BY_NAME[code.split('_', 2).join('_')];
}
