const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** 100 random bits as 20 lower-case base32 characters. Random, because sequential ids make a hot range in Firestore. */
export function newRunId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) => BASE32[byte & 31]).join('');
}

/** The id of an event or a callback: unique, never reused, the key of every duplicate check. */
export function newEventId(): string {
  return crypto.randomUUID();
}

/** The name people use for a run: `nightly-retrieval#47`. */
export function runName(run: { modelId: string; runNumber: number }): string {
  return `${run.modelId}#${run.runNumber}`;
}
