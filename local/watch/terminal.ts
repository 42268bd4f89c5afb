import type { Layout } from './layout.js';

/** The part of `process.stdout` that is drawn on. */
export interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

const PLAIN_WIDTH = 100;
const WIDEST = 140;

/**
 * Writes lines for good and, on a terminal, a live part below them that is drawn over. Anywhere else (a pipe, a CI log)
 * there is no live part and no control code.
 */
export class Terminal {
  private drawn: readonly string[] = [];

  constructor(
    private readonly screen: Screen,
    private readonly noColor: boolean,
  ) {}

  get isLive(): boolean {
    return this.screen.isTTY === true;
  }

  get layout(): Layout {
    const columns = this.screen.columns ?? 0;
    const width = this.isLive && columns > 0 ? Math.min(columns, WIDEST) : PLAIN_WIDTH;
    return { width, color: this.isLive && !this.noColor };
  }

  /** Adds `lines` for good and draws `live` below them, in one write. */
  draw(lines: readonly string[], live: readonly string[] = []): void {
    const shown = this.isLive ? live : [];
    if (lines.length === 0 && sameLines(shown, this.drawn)) return;
    const back = this.drawn.length === 0 ? '' : `\u001B[${this.drawn.length}A\r\u001B[J`;
    this.screen.write(back + [...lines, ...shown].map((line) => `${line}\n`).join(''));
    this.drawn = shown;
  }
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, i) => line === b[i]);
}
