/** What people are shown of a message, whatever it is about: every channel's form is made of this and nothing else. */
import type { RunError } from '@trainyard/shared';

export interface Shown {
  title: string;
  /** As Adaptive Cards call it. */
  color: 'Good' | 'Attention' | 'Warning' | 'Default';
  /** Names and values of what people look at first. */
  facts: [string, string][];
  error: RunError | null;
  /** What is to be looked at, under one heading. */
  warnings: { title: string; lines: string[] };
  /** A table under a row of headings; empty where there is none. */
  rows: string[][];
  link: { title: string; url: string } | null;
}

export function endedFact(endedAt: string): [string, string] {
  return ['Ended', `${endedAt.slice(0, 19).replace('T', ' ')} UTC`];
}

/** How long it took and what it cost, as far as known. */
export function costFacts({
  seconds,
  costUsd,
}: {
  seconds: number | null;
  costUsd: number | null;
}): [string, string][] {
  return [
    ...(seconds === null ? [] : [['Duration', duration(seconds)] satisfies [string, string]]),
    ...(costUsd === null ? [] : [['Cost', dollars(costUsd)] satisfies [string, string]]),
  ];
}

/** The rows as lines with columns: names to the left, numbers to the right. */
export function tableLines(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((cells) => cells[i]?.length ?? 0)));
  const padded = (cell: string, i: number) =>
    i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
  return rows.map((cells) => cells.map(padded).join('  '));
}

/** Six digits: a value just below its threshold does not look equal to it. */
export function exactFigure(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, min, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (h > 0) return `${h} h ${min} min`;
  return min > 0 ? `${min} min ${s} s` : `${s} s`;
}

function dollars(usd: number): string {
  return `$${usd.toFixed(usd > 0 && usd < 0.1 ? 4 : 2)}`;
}
