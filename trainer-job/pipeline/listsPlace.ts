/** Where lists of a finished model go, and where they grow until they are whole. */
import { join, resolve } from 'node:path';
import { listTableSchema, type ListTable } from '@trainyard/shared';
import { TrainerError } from '../errors/trainerError.js';

export interface ListsPlace {
  /** What people are told that it is. */
  name: string;
  /** The file that is written. */
  file: string;
  /** The table that gets the rows of the file, which goes then; null where the file is what was asked for. */
  table: ListTable | null;
  /** What is done is kept here: the same request goes on from it. */
  unfinished: string;
}

const TABLE = 'bq://';

/** Of a path, or of `bq://project.dataset.table` with `?location=…` behind it. Throws `TrainerError`. */
export function listsPlaceOf(out: string): ListsPlace {
  if (out.startsWith(TABLE)) return placeOfTable(out);
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(out)) {
    throw new TrainerError(
      'invalid-settings',
      `--out is "${out}"; lists go to a file of this machine, or to bq://PROJECT.DATASET.TABLE`,
      'write a file, and copy it there: "gcloud storage cp" does that for a bucket',
    );
  }
  const file = resolve(out);
  return { name: file, file, table: null, unfinished: `${file}.unfinished` };
}

function placeOfTable(out: string): ListsPlace {
  const [, name = '', query = ''] = /^bq:\/\/([^?]*)\??(.*)$/s.exec(out) ?? [];
  const asked = new URLSearchParams(query);
  const location = asked.get('location');
  const others = [...asked.keys()].filter((key) => key !== 'location');
  const table = listTableSchema.safeParse({ table: name, ...(location !== null && { location }) });
  if (!table.success || others.length > 0) {
    throw new TrainerError(
      'invalid-settings',
      `--out is "${out}"; a table of BigQuery is bq://PROJECT.DATASET.TABLE, with ?location=REGION behind it where its dataset is neither in the US nor in the EU`,
      'write it as in bq://my-project.shop.recommendations or bq://my-project.shop.recommendations?location=europe-west3',
    );
  }
  const unfinished = resolve(`${name.replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, '_')}.unfinished`);
  return { name: `bq://${name}`, file: join(unfinished, 'lists.parquet'), table: table.data, unfinished };
}
