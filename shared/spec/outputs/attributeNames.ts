/** What the columns that a tower reads are called in `items.parquet`, beside columns of its own. */

/** In the order of `columns`. Names of columns differ by more than case, for BigQuery and DuckDB tell no others apart. */
export function attributeNames(own: readonly string[], columns: readonly string[]): string[] {
  const taken = new Set(own);
  return columns.map((column) => {
    let name = column;
    while (taken.has(name.toLowerCase())) name = `${name}_attribute`;
    taken.add(name.toLowerCase());
    return name;
  });
}
