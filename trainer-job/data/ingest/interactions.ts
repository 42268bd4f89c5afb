/** Rows that are left out for what other rows there are: repeated ones, and those of rare users and items. */
import { rename } from 'node:fs/promises';
import { whole, type Interactions } from '@trainyard/shared';
import { literal, type Database } from '../database.js';
import { internalName, textSql } from './columns.js';

export interface InteractionsKept {
  rowsKept: number;
  /** As conditions that rows did not meet. */
  dropped: { condition: string; rows: number }[];
  notes: string[];
}

/** Rewrites the rows of `file`, in their order, as those that are kept. */
export async function keepInteractions(
  database: Database,
  { user, item, dedup, minUserCount, minItemCount }: Interactions,
  { columns, file }: { columns: readonly { name: string; internal: string }[]; file: string },
): Promise<InteractionsKept> {
  const textOf = (name: string) => textSql(internalName(columns, name));
  await database.run(
    `CREATE TEMP TABLE interactions AS SELECT row, ${textOf(user)} AS owner, ${textOf(item)} AS item FROM read_parquet(${literal(file)})`,
  );
  const { rows = 0 } = await database.counts('SELECT count(*) AS rows FROM interactions');
  if (dedup !== 'none') await database.run(repeatedSql(dedup));
  const distinct = await countOf(database);
  const rounds = await dropRare(database, { minUserCount, minItemCount });
  const rowsKept = await countOf(database);
  if (rowsKept < rows) await rewrite(database, file);
  await database.run('DROP TABLE interactions');
  const rare = `in ${whole(minUserCount)} or more rows of "${user}" and ${whole(minItemCount)} of "${item}"`;
  const dropped = [
    { condition: `the ${dedup} row of its "${user}" and "${item}"`, rows: rows - distinct },
    { condition: rare, rows: distinct - rowsKept },
  ].filter((one) => one.rows > 0);
  return {
    rowsKept,
    dropped,
    notes: dropped.map(({ condition, rows: lost }) => {
      const passes =
        condition === rare ? `, counted again ${whole(rounds)} times until that held of all` : '';
      return `dataset.interactions left out ${whole(lost)} of ${whole(rows)} rows that were not ${condition}${passes}`;
    }),
  };
}

function repeatedSql(dedup: 'first' | 'last'): string {
  const order = dedup === 'first' ? 'ASC' : 'DESC';
  return `DELETE FROM interactions WHERE row IN (
    SELECT row FROM (SELECT row, row_number() OVER (PARTITION BY owner, item ORDER BY row ${order}) AS place
      FROM interactions WHERE owner IS NOT NULL AND item IS NOT NULL) WHERE place > 1)`;
}

/** Rare users make items rare, and the other way round: until neither are left. Returns how often both were counted. */
async function dropRare(
  database: Database,
  { minUserCount, minItemCount }: Pick<Interactions, 'minUserCount' | 'minItemCount'>,
): Promise<number> {
  if (minUserCount <= 1 && minItemCount <= 1) return 0;
  const drop = (column: 'owner' | 'item', least: number) =>
    least <= 1
      ? Promise.resolve()
      : database.run(
          `DELETE FROM interactions WHERE ${column} IS NULL
            OR ${column} IN (SELECT ${column} FROM interactions GROUP BY ${column} HAVING count(*) < ${least})`,
        );
  let rounds = 0;
  for (let before = -1, after = await countOf(database); after !== before; rounds += 1) {
    before = after;
    await drop('owner', minUserCount);
    await drop('item', minItemCount);
    after = await countOf(database);
  }
  return rounds;
}

async function countOf(database: Database): Promise<number> {
  const { rows = 0 } = await database.counts('SELECT count(*) AS rows FROM interactions');
  return rows;
}

async function rewrite(database: Database, file: string): Promise<void> {
  const kept = `${file}.kept`;
  await database.run(
    `COPY (SELECT * FROM read_parquet(${literal(file)}) WHERE row IN (SELECT row FROM interactions) ORDER BY row)
      TO ${literal(kept)} (FORMAT parquet)`,
  );
  await rename(kept, file);
}
