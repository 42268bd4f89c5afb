import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { withDatabase } from '@trainyard/trainer-job/data/database';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { getOnlineRetail } from './get.js';
import { selectPurchases } from '../../test/support/data/onlineRetail.js';
import { digestOf, type Purchase } from './onlineRetail.js';

const HEADER = ['InvoiceNo', 'Description', 'Quantity', 'InvoiceDate', 'UnitPrice', 'CustomerID', 'Country'];

const PURCHASES: Purchase[] = [
  {
    Description: ' TEA & "CAKE" <SET>',
    Quantity: 6,
    InvoiceDate: '2010-12-01 08:26:00',
    UnitPrice: 2.55,
    CustomerID: 17850,
    Country: 'United Kingdom',
  },
  {
    Description: '20713',
    Quantity: -1,
    InvoiceDate: '2011-12-09 12:50:00',
    UnitPrice: 0,
    CustomerID: null,
    Country: 'EIRE',
  },
  {
    Description: null,
    Quantity: 80995,
    InvoiceDate: '2011-03-27 01:30:00',
    UnitPrice: 649.5,
    CustomerID: 12346,
    Country: 'EIRE',
  },
];

/** A workbook as Excel writes it: shared texts, one of them in two runs, a cell left out where it is empty. */
const SHEET = `<?xml version="1.0"?><worksheet><sheetData>
<row r="1">${HEADER.map((name, i) => `<c r="${'ABCDEFG'[i]}1" t="inlineStr"><is><t>${name}</t></is></c>`).join('')}</row>
<row r="2"><c r="A2"><v>536365</v></c><c r="B2" t="s"><v>0</v></c><c r="C2"><v>6</v></c><c r="D2" s="1"><v>40513.351388888892</v></c><c r="E2"><v>2.5499999999999998</v></c><c r="F2"><v>17850</v></c><c r="G2" t="s"><v>1</v></c></row>
<row r="3"><c r="A3" t="str"><v>C1</v></c><c r="B3"><v>20713</v></c><c r="C3"><v>-1</v></c><c r="D3" s="1"><v>40886.534722222219</v></c><c r="E3"><v>0</v></c><c r="F3" s="2"/><c r="G3" t="s"><v>2</v></c></row>
<row r="4"><c r="A4"><v>1</v></c><c r="C4"><v>80995</v></c><c r="D4" s="1"><v>40629.0625</v></c><c r="E4"><v>649.5</v></c><c r="F4"><v>12346</v></c><c r="G4" t="s"><v>2</v></c></row>
</sheetData></worksheet>`;
const TEXTS = `<sst><si><r><t xml:space="preserve"> TEA &amp; </t></r><r><rPr/><t>&quot;CAKE&#34; &lt;SET&#x3E;</t></r></si><si><t>United Kingdom</t></si><si><t>EIRE</t><rPh><t>NO</t></rPh></si></sst>`;

describe('bench -- get online-retail', () => {
  it('makes a Parquet file of the rows of the workbook in the archive, with its types', async () => {
    const to = join(await temporaryFolder(), 'data', 'online-retail.parquet');
    await getOnlineRetail({ from: await served(ARCHIVE), to, digest: await digestOf(PURCHASES) });
    const work = await temporaryFolder();
    const rows = await withDatabase(work, (database) => database.rows(selectPurchases(to)));
    expect(rows).toEqual(PURCHASES);
    expect(await readdir(join(to, '..'))).toEqual(['online-retail.parquet']);
  });

  it('leaves nothing where the rows are not those expected', async () => {
    const to = join(await temporaryFolder(), 'online-retail.parquet');
    const from = await served(ARCHIVE);
    await expect(getOnlineRetail({ from, to, digest: 'other' })).rejects.toThrow('are not those');
    expect(await readdir(join(to, '..'))).toEqual([]);
  });

  it('says what the address answered where it has no such file', async () => {
    const to = join(await temporaryFolder(), 'online-retail.parquet');
    const from = `${await served(ARCHIVE)}/elsewhere`;
    await expect(getOnlineRetail({ from, to, digest: '' })).rejects.toThrow(`${from} answered 404`);
  });
});

const ARCHIVE = zip({
  'Online Retail.xlsx': zip({ 'xl/worksheets/sheet1.xml': SHEET, 'xl/sharedStrings.xml': TEXTS }),
});

async function served(bytes: Buffer): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/online+retail.zip' ? 200 : 404).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/online+retail.zip`;
}

/** A ZIP archive, as few fields as it can have. */
function zip(files: Readonly<Record<string, string | Buffer>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = deflateRawSync(content);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(8, 4);
    head.writeUInt32LE(packed.length, 14);
    head.writeUInt32LE(Buffer.byteLength(content), 18);
    head.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), head, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), head, rest, Buffer.from(name)]));
    parts.push(local);
    at += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}
