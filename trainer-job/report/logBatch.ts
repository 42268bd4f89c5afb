import { cutText, type LogLine } from '@trainyard/shared';

const MAX_LINES = 500;
const MAX_BYTES = 200_000;
const MAX_MESSAGE = 8000;
const MAX_FIELDS_BYTES = 16_000;

/**
 * The log lines between two sendings. More than 500 lines or 200 KB are counted, not kept: the process's own log has
 * them all, and memory stays bounded whatever is logged.
 */
export class LogBatch {
  private lines: LogLine[] = [];
  private bytes = 0;
  private dropped = 0;

  add(line: LogLine): void {
    const fitting = fit(line);
    const bytes = Buffer.byteLength(JSON.stringify(fitting));
    // One place is kept for the line that tells of the dropped ones.
    if (this.lines.length >= MAX_LINES - 1 || this.bytes + bytes > MAX_BYTES) {
      this.dropped += 1;
      return;
    }
    this.lines.push(fitting);
    this.bytes += bytes;
  }

  /** What was collected, oldest first, and begins anew; empty when nothing was. */
  drain(now: Date): LogLine[] {
    const { lines, dropped } = this;
    [this.lines, this.bytes, this.dropped] = [[], 0, 0];
    if (dropped === 0) return lines;
    const message = `${dropped} more log lines came within a second; the trainer's own output has them`;
    return [...lines, { at: now.toISOString(), level: 'warn', message, stage: null, fields: {} }];
  }
}

function fit(line: LogLine): LogLine {
  const fields =
    Buffer.byteLength(JSON.stringify(line.fields)) > MAX_FIELDS_BYTES ? { truncated: true } : line.fields;
  const message =
    line.message.length > MAX_MESSAGE ? `${cutText(line.message, MAX_MESSAGE - 1)}…` : line.message;
  return { ...line, message, fields };
}
