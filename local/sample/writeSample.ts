import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { cityName } from './names.js';
import { madeBeside, putNew } from '../unfinished.js';
import type { SampleOptions } from './options.js';
import { makeSample, type Sample } from './purchases.js';

export const SAMPLE_COLUMNS = [
  'cust_person_id',
  'product_id',
  'revenue',
  'city',
  'timestamp',
  'art_name',
  'stratbuy_domain_desc',
  'mge_main_cat_desc',
] as const;

/** Characters per write: large enough to be fast, small enough to hold little memory. */
const CHUNK = 1 << 18;

/**
 * Writes the sample as CSV, never faster than the disk takes it. The file appears under its name when it is complete; false where something
 * is there and `replace` does not say that it may go.
 */
export async function writeSample(
  options: SampleOptions,
  file: string,
  { replace } = { replace: true },
): Promise<boolean> {
  return madeBeside(file, async (folder) => {
    const finished = join(folder, 'sample.csv');
    await pipeline(
      Readable.from(csvChunks(makeSample(options)), { objectMode: true }),
      createWriteStream(finished),
    );
    if (!replace) return putNew(finished, file);
    await rename(finished, file);
    return true;
  });
}

/** The header, then every purchase, in pieces of about `CHUNK` characters. */
function* csvChunks({ catalogue, customers, purchases }: Sample): Generator<string> {
  const products = Array.from(catalogue.productIds, (id, product) => {
    const subcategory = catalogue.subcategories[catalogue.subcategoryOf[product] ?? 0];
    const category = catalogue.categories[subcategory?.category ?? 0];
    const words = [catalogue.names[product] ?? '', category?.name ?? '', subcategory?.name ?? ''];
    return { id: String(id), tail: words.map(csvField).join(',') };
  });
  const cities = customers.categoriesOfCity.map((_, city) => csvField(cityName(city)));
  const idWidth = Math.max(6, String(customers.count).length);
  let text = `${SAMPLE_COLUMNS.join(',')}\n`;
  for (const { customer, product, revenue, timestamp } of purchases()) {
    const { id = '', tail = '' } = products[product] ?? {};
    const person = String(customer + 1).padStart(idWidth, '0');
    text += `C${person},${id},${revenue.toFixed(2)},${cities[customers.cityOf[customer] ?? 0]},${timestamp},${tail}\n`;
    if (text.length >= CHUNK) {
      yield text;
      text = '';
    }
  }
  yield text;
}

/** RFC 4180. */
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
