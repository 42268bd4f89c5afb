/**
 * The queue of callbacks on disk. One process of one attempt appends to one file, a JSON line per callback; beside it, a
 * small file says how far the sender has come. Files of earlier processes stay, so nothing unsent is ever forgotten.
 *
 *     attempt-0002-01.jsonl        {"id": "…", "kind": "epoch-complete", "body": {…}}
 *     attempt-0002-01.sent         byte offset after the last callback dealt with, and the highest number sent
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { callbackKindSchema } from '@trainyard/shared';
import { z } from 'zod';
import { makeFolderSync } from '@trainyard/shared/makeFolder';

export const journalEntrySchema = z.object({
  id: z.string().min(1),
  kind: callbackKindSchema,
  body: z.looseObject({ attempt: z.int(), seq: z.int() }),
});
/** A callback as it waits: `id` is its `webhook-id`. */
export type JournalEntry = z.infer<typeof journalEntrySchema>;

export interface Journal {
  attempt: number;
  /** 1 for the attempt's first process, one more for each restart of it. */
  start: number;
  file: string;
  positionFile: string;
}

export interface Position {
  /** In bytes: everything before it was acknowledged or rejected. */
  offset: number;
  /** The highest `seq` that was sent, heartbeats included. */
  seq: number;
}

/** The journals in a folder, oldest first. */
export function listJournals(folder: string): Journal[] {
  makeFolderSync(folder);
  return readdirSync(folder)
    .flatMap((name) => {
      const match = name.match(/^attempt-(\d+)-(\d+)\.jsonl$/);
      return match ? [journalOf(folder, Number(match[1]), Number(match[2]))] : [];
    })
    .toSorted((a, b) => a.attempt - b.attempt || a.start - b.start);
}

export function journalOf(folder: string, attempt: number, start: number): Journal {
  const name = `attempt-${String(attempt).padStart(4, '0')}-${String(start).padStart(2, '0')}`;
  const file = join(folder, `${name}.jsonl`);
  return { attempt, start, file, positionFile: join(folder, `${name}.sent`) };
}

/** Appends entries; each is whole on disk, as far as this process goes, when `append` returns. */
export class JournalWriter {
  private readonly descriptor: number;

  constructor(journal: Journal) {
    this.descriptor = openSync(journal.file, 'a');
  }

  append(entry: JournalEntry): void {
    appendFileSync(this.descriptor, `${JSON.stringify(entry)}\n`);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

const CHUNK_BYTES = 65_536;
const NEWLINE = 0x0a;

/** Reads entries from a byte offset on, one at a time, also while another thread appends to the file. */
export class JournalReader {
  private readonly descriptor: number;
  private buffered: Buffer = Buffer.alloc(0);

  constructor(
    journal: Journal,
    /** Of the next line. */
    private offset: number,
    private readonly onDamaged: (offset: number) => void = () => {},
  ) {
    this.descriptor = openSync(journal.file, 'r');
  }

  /** The next whole entry and the offset after it; undefined at the end. Damaged lines are told and passed over. */
  next(): { entry: JournalEntry; end: number } | undefined {
    for (;;) {
      const line = this.line();
      if (line === undefined) return undefined;
      const entry = parseEntry(line);
      if (entry) return { entry, end: this.offset };
      this.onDamaged(this.offset);
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private line(): string | undefined {
    let searched = 0;
    for (;;) {
      const end = this.buffered.indexOf(NEWLINE, searched);
      if (end >= 0) {
        const line = this.buffered.toString('utf8', 0, end);
        this.buffered = this.buffered.subarray(end + 1);
        this.offset += end + 1;
        return line;
      }
      searched = this.buffered.length;
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const count = readSync(this.descriptor, chunk, 0, CHUNK_BYTES, this.offset + searched);
      if (count === 0) return undefined;
      this.buffered = Buffer.concat([this.buffered, chunk.subarray(0, count)]);
    }
  }
}

function parseEntry(line: string): JournalEntry | undefined {
  try {
    return journalEntrySchema.parse(JSON.parse(line));
  } catch {
    // A process was killed while it wrote this line: it was never queued as a whole.
    return undefined;
  }
}

/** Where the sender of a journal is; the beginning when nothing was sent or the file cannot be read. */
export function readPosition(journal: Journal): Position {
  return parsePosition(existsSync(journal.positionFile) ? readFileSync(journal.positionFile, 'utf8') : '');
}

/** The beginning where the text is of no position. */
export function parsePosition(text: string): Position {
  const match = text.match(/^(\d{16}) (\d{12})\n$/);
  return { offset: Number(match?.[1] ?? 0), seq: Number(match?.[2] ?? 0) };
}

/** Of the same length always. */
export function positionText({ offset, seq }: Position): string {
  return `${String(offset).padStart(16, '0')} ${String(seq).padStart(12, '0')}\n`;
}

/** Overwrites the position in place: always the same few bytes, so a reader sees the old one or the new one. */
export class PositionWriter {
  private readonly descriptor: number;

  constructor(journal: Journal) {
    this.descriptor = openSync(journal.positionFile, existsSync(journal.positionFile) ? 'r+' : 'w');
  }

  write(position: Position): void {
    writeSync(this.descriptor, positionText(position), 0);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
