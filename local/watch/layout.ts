/** How lines may look: as wide as the terminal, with colours where it has them. */
export interface Layout {
  /** Columns; no line is longer. */
  width: number;
  color: boolean;
}

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};
export type Style = keyof typeof CODES;

/** The text in a style; the text itself where there are no colours. */
export function paint(layout: Layout, style: Style, text: string): string {
  if (!layout.color || text === '') return text;
  const [on, off] = CODES[style];
  return `\u001B[${on}m${text}\u001B[${off}m`;
}

/** C0 and C1, line and paragraph separators, and what turns the direction of the text after it around. */
const CONTROL =
  // oxlint-disable-next-line no-control-regex -- it is what is looked for
  /[\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]+/g;

/** Text from elsewhere as one harmless line: no character of it that rules the terminal, or the order of what follows, reaches it. */
export function plain(text: string): string {
  return text.replaceAll(CONTROL, ' ');
}

/** At most `width` characters, the last one an ellipsis where something is missing. For unpainted text. */
export function truncate(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** The words in lines of at most `width` characters, each behind `indent`. A longer word has a line of its own. */
export function wrap(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of plain(text).split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, indent + line];
}
