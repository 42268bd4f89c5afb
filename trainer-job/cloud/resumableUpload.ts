/**
 * A file to Cloud Storage in a session of several requests, so that a break costs one part and memory holds one
 * (https://cloud.google.com/storage/docs/performing-resumable-uploads).
 */
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { timeLimit } from '@trainyard/shared';
import { isTransient } from './retries.js';
import { backoffMs } from './backoff.js';

export interface UploadOptions {
  retryBaseMs: number;
  /** A part that takes longer is sent again. */
  partTimeoutMs: number;
  signal: AbortSignal;
  /** Told of the bytes that are stored so far. */
  onProgress?: (bytes: number) => void;
}

/** A multiple of 256 KiB, as the service wants. */
export const PART_BYTES = 8 * 1024 * 1024;
const MAX_FAILURES = 6;
const CAP_MS = 30_000;

/** The session's address is all the permission that its requests need. Fails with what has `code`, the status of HTTP. */
export async function uploadInParts(
  path: string,
  begin: () => Promise<string>,
  options: UploadOptions,
): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    await new PartedUpload(file, size, begin, options).run();
  } finally {
    await file.close();
  }
}

class PartedUpload {
  private sent = 0;
  private failures = 0;
  private session: string | undefined;
  private readonly buffer: Buffer;

  constructor(
    private readonly file: FileHandle,
    private readonly size: number,
    private readonly begin: () => Promise<string>,
    private readonly options: UploadOptions,
  ) {
    this.buffer = Buffer.allocUnsafe(Math.min(PART_BYTES, size));
  }

  async run(): Promise<void> {
    for (;;) {
      this.options.signal.throwIfAborted();
      try {
        this.session ??= await this.begin();
        if (this.failures > 0 && this.advanced(await this.ask(this.session))) return;
        while (!this.advanced(await this.sendPart(this.session)));
        return;
      } catch (error) {
        await this.afterFailure(error);
      }
    }
  }

  /** True when the object is there. */
  private advanced(answer: { stored: number } | 'done'): boolean {
    if (answer === 'done') {
      this.options.onProgress?.(this.size);
      return true;
    }
    if (answer.stored > this.sent) this.failures = 0;
    this.sent = answer.stored;
    this.options.onProgress?.(this.sent);
    return false;
  }

  private async sendPart(session: string): Promise<{ stored: number } | 'done'> {
    const { bytesRead } = await this.file.read(this.buffer, 0, this.buffer.length, this.sent);
    if (bytesRead === 0 && this.size > 0) throw new Error('a file became shorter while it was uploaded');
    const last = this.sent + bytesRead - 1;
    return this.put(session, this.buffer.subarray(0, bytesRead), `bytes ${this.sent}-${last}/${this.size}`);
  }

  /** How much of it the service has. */
  private ask(session: string): Promise<{ stored: number } | 'done'> {
    return this.put(session, Buffer.alloc(0), `bytes */${this.size}`);
  }

  private async put(session: string, body: Buffer, range: string): Promise<{ stored: number } | 'done'> {
    const { partTimeoutMs, signal } = this.options;
    const response = await fetch(session, {
      method: 'PUT',
      headers: { 'content-range': range },
      body,
      redirect: 'manual',
      signal: timeLimit(partTimeoutMs, signal),
    });
    const text = await response.text();
    if (response.ok) return 'done';
    if (response.status === 308) {
      const last = /^bytes=0-(\d+)$/.exec(response.headers.get('range') ?? '')?.[1];
      return { stored: last === undefined ? 0 : Number(last) + 1 };
    }
    throw Object.assign(new Error(text.slice(0, 300) || response.statusText), { code: response.status });
  }

  private async afterFailure(error: unknown): Promise<void> {
    this.options.signal.throwIfAborted();
    const isGone = isStatus(error, 404) || isStatus(error, 410);
    if (this.session !== undefined && isGone) {
      // The service has forgotten the session: everything is sent again.
      this.session = undefined;
      this.sent = 0;
    } else if (!isTransient(error) && !isLostRequest(error)) {
      throw error;
    }
    if (++this.failures >= MAX_FAILURES) throw error;
    const { retryBaseMs: baseMs, signal } = this.options;
    await pause(backoffMs(this.failures - 1, Math.random, { baseMs, capMs: CAP_MS }), undefined, { signal });
  }
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof Error && 'code' in error && error.code === status;
}

/** What `fetch` throws where no answer came. */
function isLostRequest(error: unknown): boolean {
  return error instanceof Error && (error.name === 'TimeoutError' || error.message === 'fetch failed');
}
