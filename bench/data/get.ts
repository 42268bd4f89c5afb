/** `npm run bench -- get online-retail`: downloads the data of the benches that are about real purchases. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { withDatabase } from '@trainyard/trainer-job/data/database';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { config } from '../environment.js';
import { printProgress } from '../progress.js';
import {
  COLUMNS,
  lineOf,
  ONLINE_RETAIL_DIGEST,
  ONLINE_RETAIL_URL,
  purchaseReader,
  type Purchase,
} from './onlineRetail.js';
import { sheetRows, type Cell } from './workbook.js';
import { zipEntries, type ZipEntry } from './zip.js';

export const GET_USAGE = `npm run bench -- get online-retail [--from URL] [--to FILE]   downloads the data that benches on Online Retail need`;

/** Returns the exit code: 1 where the data cannot be had or are not those expected, 2 where the words are not understood. */
export async function get(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      from: { type: 'string', default: ONLINE_RETAIL_URL },
      to: { type: 'string', default: config.onlineRetailGot },
    },
  });
  if (positionals.length !== 1 || positionals[0] !== 'online-retail') {
    process.stderr.write(`${GET_USAGE}\n`);
    return 2;
  }
  try {
    await getOnlineRetail({ from: values.from, to: values.to, digest: ONLINE_RETAIL_DIGEST });
    return 0;
  } catch (error) {
    printProgress(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

/** Downloads, converts and checks. Nothing is left at `to` where the rows have another digest. */
export async function getOnlineRetail(request: { from: string; to: string; digest: string }): Promise<void> {
  const { from, to, digest } = request;
  printProgress(`downloading ${from}`);
  const answer = await fetch(from).catch((error: Error) => {
    const why = error.cause instanceof Error ? error.cause : error;
    throw new Error(`${from} cannot be reached: ${why.message}`, { cause: error });
  });
  if (!answer.ok) throw new Error(`${from} answered ${answer.status}`);
  const workbook = await workbookOf(Buffer.from(await answer.arrayBuffer()));
  const folder = join(dirname(to), `.${process.pid}`);
  await makeFolder(folder);
  try {
    const lines = join(folder, 'rows.json');
    const found = await writeLines(workbook, lines);
    if (found !== digest)
      throw new Error(
        `the rows of ${from} are not those that the benches are about: ${found}, not ${digest}`,
      );
    const parquet = join(folder, 'rows.parquet');
    await withDatabase(folder, async (database) => {
      const types = Object.entries(COLUMNS).map(([name, type]) => `${name}: '${type}'`);
      await database.run(
        `COPY (SELECT * FROM read_json('${lines}', format = 'newline_delimited', columns = {${types.join(', ')}}))
         TO '${parquet}' (FORMAT parquet, COMPRESSION zstd)`,
      );
    });
    await rename(parquet, to);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  printProgress(`${to} is written`);
}

/** The workbook lies in the archive as a file, and is an archive itself. */
async function workbookOf(archive: Buffer): Promise<ZipEntry[]> {
  const file = zipEntries(archive).find(({ name }) => name.endsWith('.xlsx'));
  if (!file) throw new Error('there is no .xlsx in the archive');
  const pieces: Buffer[] = [];
  for await (const piece of file.open()) pieces.push(piece);
  return zipEntries(Buffer.concat(pieces));
}

/** Writes a JSON object a row, and returns the digest of the rows. */
async function writeLines(workbook: readonly ZipEntry[], path: string): Promise<string> {
  const output = createWriteStream(path);
  const hash = createHash('sha256');
  let read: ((cells: readonly Cell[]) => Purchase) | undefined;
  for await (const cells of sheetRows(workbook)) {
    if (!read) {
      read = purchaseReader(cells);
      continue;
    }
    const row = read(cells);
    hash.update(lineOf(row));
    if (!output.write(`${JSON.stringify(row)}\n`)) await once(output, 'drain');
  }
  output.end();
  await finished(output);
  return hash.digest('hex');
}
