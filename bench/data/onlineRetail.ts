import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Cell } from './workbook.js';
import { config } from '../environment.js';

/** The raw purchases: handed out beside the repository, or got by the command that `ONLINE_RETAIL_MISSING` names. */
export const onlineRetail: string | undefined = [config.onlineRetailBeside, config.onlineRetailGot].find(
  (file) => existsSync(file),
);

export const ONLINE_RETAIL_MISSING =
  'Online Retail (UCI Machine Learning Repository, CC BY 4.0) is not here: "npm run bench -- get online-retail" downloads it';

/** The archive that the page of the data set, https://archive.ics.uci.edu/dataset/352/online+retail, hands out. */
export const ONLINE_RETAIL_URL = 'https://archive.ics.uci.edu/static/public/352/online+retail.zip';

/** SHA-256 of the lines of all 541,909 rows, by `digestOf`. */
export const ONLINE_RETAIL_DIGEST = '68d997d9b7c966b8530c159c18af5467eba1c9379a1cf95962d6aa81e226fbc1';

/** A purchase as the file has it. */
export interface Purchase {
  Description: string | null;
  Quantity: number;
  /** `2010-12-01 08:26:00` */
  InvoiceDate: string;
  UnitPrice: number;
  CustomerID: number | null;
  Country: string;
}

export const COLUMNS = {
  Description: 'VARCHAR',
  Quantity: 'INTEGER',
  InvoiceDate: 'TIMESTAMP_NS',
  UnitPrice: 'DOUBLE',
  CustomerID: 'DOUBLE',
  Country: 'VARCHAR',
} as const;
type Column = keyof typeof COLUMNS;

const MINUTES_A_DAY = 1440;
/** Day 0 of Excel's calendar, for days since March 1900. */
const DAY_0 = Date.UTC(1899, 11, 30);

/** Reads rows of the workbook by the names in its first row. Throws where a column is not there or a cell is of another type. */
export function purchaseReader(header: readonly Cell[]): (cells: readonly Cell[]) => Purchase {
  const cell = (cells: readonly Cell[], column: Column): Cell => {
    const at = header.indexOf(column);
    if (at < 0) throw new Error(`the workbook has no column ${column}, but ${header.join(', ')}`);
    return cells[at];
  };
  const number = (cells: readonly Cell[], column: Column): number => {
    const value = cell(cells, column);
    if (typeof value !== 'number') throw new Error(`${column} is no number, but ${JSON.stringify(value)}`);
    return value;
  };
  return (cells) => {
    const description = cell(cells, 'Description');
    return {
      // Some descriptions look like numbers, and Excel has made numbers of them.
      Description: description === undefined ? null : String(description),
      Quantity: number(cells, 'Quantity'),
      InvoiceDate: timeOf(number(cells, 'InvoiceDate')),
      UnitPrice: number(cells, 'UnitPrice'),
      CustomerID: cell(cells, 'CustomerID') === undefined ? null : number(cells, 'CustomerID'),
      Country: String(cell(cells, 'Country')),
    };
  };
}

/** Excel counts days; the invoices are of whole minutes. */
function timeOf(days: number): string {
  const minutes = Math.round(days * MINUTES_A_DAY);
  return new Date(DAY_0 + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');
}

/** SHA-256 over a line of JSON a row, in the order of the rows. */
export async function digestOf(rows: AsyncIterable<Purchase> | Iterable<Purchase>): Promise<string> {
  const hash = createHash('sha256');
  for await (const row of rows) hash.update(lineOf(row));
  return hash.digest('hex');
}

export function lineOf(row: Purchase): string {
  const { Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country } = row;
  return `${JSON.stringify([Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country])}\n`;
}
