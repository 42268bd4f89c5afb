/** The lines of a log from the pieces in which they were sent. */
import type { ThingOf } from '../../../feed/feed.js';

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LevelName = (typeof LEVELS)[number];
type Chunk = ThingOf<'log'>;

/** A line, and the attempt that wrote it. */
export interface SaidLine {
  at: string;
  level: LevelName;
  message: string;
  stage: string | null;
  fields: Readonly<Record<string, unknown>>;
  attempt: number;
}

export interface NumberedLine extends SaidLine {
  /** The same for a line whatever came before or is left out. */
  key: string;
}

/** Made once for a piece: of a long log that goes on, only what is new is looked at. */
const made = new WeakMap<Chunk, NumberedLine[]>();

/** In the order of attempts and of their pieces. */
export function linesOf(chunks: readonly Chunk[]): NumberedLine[] {
  const ordered = chunks.toSorted((a, b) => a.attempt - b.attempt || a.seq - b.seq);
  return ordered.flatMap((chunk) => {
    const known = made.get(chunk);
    if (known) return known;
    const lines = chunk.lines.map((line, i) => ({
      ...line,
      attempt: chunk.attempt,
      key: `${chunk.attempt}-${chunk.seq}-${i}`,
    }));
    made.set(chunk, lines);
    return lines;
  });
}

/** Those of a level or above that hold a text, in any case. */
export function matching(
  lines: readonly NumberedLine[],
  level: LevelName,
  search: string,
): readonly NumberedLine[] {
  const least = LEVELS.indexOf(level);
  const text = search.toLowerCase();
  if (least === 0 && text === '') return lines;
  return lines.filter(
    (line) =>
      LEVELS.indexOf(line.level) >= least && (text === '' || textOf(line).toLowerCase().includes(text)),
  );
}

/** `12:03:25 warn train: batch 12 is slow {"seconds":3}`. */
export function textOf(line: SaidLine): string {
  return `${timeOf(line.at)} ${saidBy(line)}`;
}

/** Of a longer line the panel has the beginning: one that tells all metrics would fill it alone. */
const MOST_SHOWN = 500;

/** As the panel has it. */
export function shownText(line: SaidLine): string {
  const text = textOf(line);
  if (text.length <= MOST_SHOWN) return text;
  return `${text.slice(0, MOST_SHOWN)} … and ${text.length - MOST_SHOWN} characters more, which the download has`;
}

/** `2026-11-20T12:03:25.000Z attempt 1 warn train: …`: whoever reads a file may sit in another zone, and on another day. */
export function fileLine(line: SaidLine): string {
  return `${line.at} attempt ${line.attempt} ${saidBy(line)}`;
}

function saidBy({ level, stage, message, fields }: SaidLine): string {
  const told = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`;
  return `${level.padEnd(5)} ${stage === null ? '' : `${stage}: `}${message}${told}`;
}

const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' });

/** In the reader's zone. */
function timeOf(at: string): string {
  return TIME.format(new Date(at));
}
