import { StringDecoder } from 'node:string_decoder';
import type { ZipEntry } from './zip.js';

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** What a cell of a sheet holds; `undefined` where it is empty. */
export type Cell = string | number | undefined;

/** The rows of the first sheet of a workbook of Excel (`.xlsx`), cells by their columns, A first. */
export async function* sheetRows(workbook: readonly ZipEntry[]): AsyncGenerator<Cell[]> {
  const entry = (name: string) => workbook.find((candidate) => candidate.name === name);
  const sheet = entry('xl/worksheets/sheet1.xml');
  if (!sheet) throw new Error('this is no workbook of Excel: it has no xl/worksheets/sheet1.xml');
  const texts: string[] = [];
  const shared = entry('xl/sharedStrings.xml');
  if (shared) for await (const item of elements(shared, 'si')) texts.push(textOf(item));
  for await (const row of elements(sheet, 'row')) yield cellsOf(row, texts);
}

/** What each element of a name has between its tags; none holds another of its name. */
async function* elements(entry: ZipEntry, name: string): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  const close = `</${name}>`;
  const open = new RegExp(`<${name}(?:\\s[^>]*)?>`);
  let rest = '';
  for await (const piece of entry.open()) {
    rest += decoder.write(piece);
    let from = 0;
    for (let end = rest.indexOf(close); end >= 0; end = rest.indexOf(close, from)) {
      const element = rest.slice(from, end);
      const start = open.exec(element);
      if (start) yield element.slice(start.index + start[0].length);
      from = end + close.length;
    }
    rest = rest.slice(from);
  }
}

function cellsOf(row: string, texts: readonly string[]): Cell[] {
  const cells: Cell[] = [];
  for (const [, attributes = '', content = ''] of row.matchAll(/<c\s([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
    const letters = /\br="([A-Z]+)\d+"/.exec(attributes)?.[1];
    const type = /\bt="(\w+)"/.exec(attributes)?.[1] ?? 'n';
    cells[letters ? columnOf(letters) : cells.length] = cellOf(type, content, texts);
  }
  return cells;
}

/** A is 0, Z is 25, AA is 26. */
function columnOf(letters: string): number {
  return (
    Array.from(letters, (letter) => letter.charCodeAt(0) - 64).reduce((sum, digit) => sum * 26 + digit, 0) - 1
  );
}

function cellOf(type: string, content: string, texts: readonly string[]): Cell {
  if (type === 'inlineStr') return textOf(content);
  const value = /<v(?:\s[^>]*)?>(.*?)<\/v>/s.exec(content)?.[1];
  if (value === undefined) return undefined;
  if (type === 'n') return Number(value);
  if (type !== 's') return unescaped(value);
  const text = texts[Number(value)];
  if (text === undefined) throw new Error(`the workbook has no shared text ${value}`);
  return text;
}

/** A text may come in runs of different fonts. How it is pronounced (`rPh`) is not part of it. */
function textOf(item: string): string {
  const runs = item.replaceAll(/<rPh\b.*?<\/rPh>/gs, '').matchAll(/<t(?:\s[^>]*)?>(.*?)<\/t>/gs);
  return [...runs].map(([, text = '']) => unescaped(text)).join('');
}

function unescaped(text: string): string {
  return text.replaceAll(
    /&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex?: string, dec?: string, name = '') => {
      if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (dec) return String.fromCodePoint(Number(dec));
      return ENTITIES[name] ?? whole;
    },
  );
}
