/**
 * Callbacks that nobody has acknowledged yet, kept in a bucket for an attempt on another machine. While the control plane answers
 * there are none for longer than a moment, and nothing is written but how many numbers are taken:
 *
 *     callbacks/attempt-0001-01/0000000000004711.jsonl     lines of the journal, from that byte on
 *     callbacks/attempt-0001-01/sent                       as beside the journal: all before that byte was acknowledged
 */
import { existsSync, statSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeFolder } from '@trainyard/shared/makeFolder';
import {
  listJournals,
  positionText,
  readPosition,
  parsePosition,
  type Journal,
  type Position,
} from '../report/journal.js';
import { highestSeq } from '../report/replay.js';
import type { StoredObject } from '../cloud/storage.js';
import type { BucketFolder } from '../cloud/bucketFolder.js';
import type { HomeLog, JournalHome } from './artifactHome.js';

/** What waits for longer than this is kept in the bucket. */
const TICK_MS = 5000;
/** Of lines in one object. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** So many numbers are taken at a time: a process that begins the same attempt once more goes on behind them. */
const NUMBERS = 10_000;
const NEWLINE = 0x0a;
const SENT = 'sent';

export class BucketJournals implements JournalHome {
  private earlier: string[] = [];
  private own: Journal | undefined;
  /** By this attempt, before this process and at its begin. */
  private usedNumbers = 0;
  private keptTo = 0;
  private keptPosition: Position = { offset: 0, seq: 0 };
  private seenSize = 0;
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();
  private isFailing = false;

  constructor(
    private readonly remote: BucketFolder,
    private readonly folder: string,
    private readonly log: HomeLog,
  ) {}

  /** Puts the journals of earlier processes into the folder, before a queue opens it. */
  async bring(): Promise<void> {
    await makeFolder(this.folder);
    const objects = await this.remote.list('attempt-');
    const names = objects.map(({ name }) => /^(attempt-\d+-\d+)\//.exec(name)?.[1] ?? '');
    this.earlier = [...new Set(names)].filter((name) => name !== '');
    for (const name of this.earlier) {
      await this.bringOne(
        name,
        objects.filter((_object, i) => names[i] === name),
      );
    }
  }

  /** Begins to keep what waits, of the journal that a queue has opened since. */
  start(attempt: number): void {
    const journals = listJournals(this.folder).filter((journal) => journal.attempt === attempt);
    this.own = journals.at(-1);
    this.usedNumbers = Math.max(0, ...journals.map(highestSeq));
    this.timer = setInterval(() => this.tick(false), TICK_MS).unref();
    this.tick(true);
  }

  /** Keeps all that waits now, and ends. What takes longer than the time is not kept. */
  async end(timeoutMs: number): Promise<void> {
    clearInterval(this.timer);
    this.tick(true);
    await Promise.race([this.working, pause(timeoutMs, undefined, { ref: false })]);
  }

  private tick(all: boolean): void {
    this.working = this.working
      .then(() => this.keep(all))
      .then(
        () => void (this.isFailing = false),
        (error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          if (!this.isFailing)
            this.log('warn', `callbacks that wait are not kept for another machine: ${reason}`);
          this.isFailing = true;
        },
      );
  }

  private async keep(all: boolean): Promise<void> {
    const { own } = this;
    if (!own) return;
    const position = readPosition(own);
    const { size } = statSync(own.file);
    // What was there a while ago and waits still; or all of it, where there may be no later.
    const isWaiting = position.offset < (all ? size : this.seenSize);
    this.seenSize = size;
    if (isWaiting) await this.keepLines(own, Math.max(this.keptTo, position.offset), size);
    await this.keepPosition(own, position);
    await this.removeEarlier();
  }

  private async keepLines(own: Journal, from: number, to: number): Promise<void> {
    const file = await open(own.file, 'r');
    try {
      for (let start = from; start < to;) {
        const buffer = Buffer.alloc(Math.min(PIECE_BYTES, to - start));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
        const end = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1;
        if (end === 0) return;
        const name = `${nameOf(own)}/${String(start).padStart(16, '0')}.jsonl`;
        await this.remote.write(name, buffer.toString('utf8', 0, end));
        start += end;
        this.keptTo = start;
      }
    } finally {
      await file.close();
    }
  }

  private async keepPosition(own: Journal, { offset, seq: sent }: Position): Promise<void> {
    const seq = Math.max(sent, this.usedNumbers);
    const needsNumbers = seq + NUMBERS / 5 > this.keptPosition.seq;
    const hasMoved = offset > this.keptPosition.offset && this.keptPosition.offset < this.keptTo;
    if (!needsNumbers && !hasMoved) return;
    const position = { offset, seq: needsNumbers ? seq + NUMBERS : this.keptPosition.seq };
    await this.remote.write(`${nameOf(own)}/${SENT}`, positionText(position));
    this.keptPosition = position;
  }

  /** What they had to say stands in this process's journal, and so far in the bucket, too. */
  private async removeEarlier(): Promise<void> {
    for (const name of this.earlier) {
      for (const object of await this.remote.list(`${name}/`)) await this.remote.remove(object.name);
    }
    this.earlier = [];
  }

  private async bringOne(name: string, objects: readonly StoredObject[]): Promise<void> {
    const file = join(this.folder, `${name}.jsonl`);
    // The machine is the same: it knows better.
    if (existsSync(file)) return;
    const position = parsePosition((await this.remote.read(`${name}/${SENT}`))?.text ?? '');
    const lines: string[] = [];
    for (const object of objects.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const start = Number(/\/(\d{16})\.jsonl$/.exec(object.name)?.[1] ?? Number.NaN);
      if (Number.isNaN(start) || start + object.size <= position.offset) continue;
      const bytes = Buffer.from((await this.remote.read(object.name))?.text ?? '');
      lines.push(bytes.toString('utf8', Math.max(0, position.offset - start)));
    }
    await writeFile(join(this.folder, `${name}.sent`), positionText({ offset: 0, seq: position.seq }));
    await writeFile(file, lines.join(''));
  }
}

function nameOf({ file }: Journal): string {
  return /([^/\\]+)\.jsonl$/.exec(file)?.[1] ?? '';
}
