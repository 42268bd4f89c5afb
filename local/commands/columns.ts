import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** The column names of a CSV or JSONL file as its first line has them; null where that does not tell. */
export async function columnsOf(file: string): Promise<string[] | null> {
  if (!/\.(csv|tsv|txt|dat|data|jsonl|ndjson)$/i.test(file)) return null;
  const first = await firstLine(file);
  if (/\.(jsonl|ndjson)$/i.test(file)) return jsonKeys(first);
  const delimiter = [',', ';', '\t', '|'].toSorted(
    (a, b) => first.split(b).length - first.split(a).length,
  )[0];
  const names = first.split(delimiter ?? ',').map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
  return names.some((name) => name !== '') ? names : null;
}

async function firstLine(file: string): Promise<string> {
  const stream = createReadStream(file, { encoding: 'utf8', end: 100_000 });
  try {
    for await (const line of createInterface({ input: stream })) return line.replace(/^\uFEFF/, '');
    return '';
  } finally {
    stream.destroy();
  }
}

function jsonKeys(line: string): string[] | null {
  try {
    const row: unknown = JSON.parse(line);
    return typeof row === 'object' && row !== null && !Array.isArray(row) ? Object.keys(row) : null;
  } catch {
    return null;
  }
}
