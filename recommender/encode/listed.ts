/**
 * The values of a list that is written as text: a JSON array, as requests and files bring it, or what DuckDB and Python write,
 * `['a, b', Sci-Fi, NULL]`. Null is no value. A whole number is the same value with `.0` and without, for a column of floating-point
 * numbers writes it so and a request does not.
 */
export function listedIn(text: string): string[] {
  const inside = /^\s*\[(.*)\]\s*$/s.exec(text)?.[1];
  const items = inside === undefined ? [text] : (fromJson(text) ?? fromWritten(inside) ?? [text]);
  return items.map((item) => item.replace(/^([+-]?\d+)\.0$/, '$1'));
}

/** A text of JSON, or a whole number, whose digits JavaScript would round beyond 2^53. */
const TOKEN = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d+(?![\d.eE])/g;

function fromJson(text: string): string[] | undefined {
  let list: unknown;
  try {
    list = JSON.parse(text.replace(TOKEN, (token) => (token.startsWith('"') ? token : `"${token}"`)));
  } catch {
    // Not JSON: the other way of writing is tried.
    return undefined;
  }
  if (!Array.isArray(list)) return undefined;
  return list
    .filter((item) => item !== null)
    .map((item: unknown) => (typeof item === 'string' ? item : JSON.stringify(item)));
}

/** One value and the comma behind it: in quotes, within which a backslash keeps what follows, or bare. */
const WRITTEN = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,'"]*))\s*(?:,|$)/suy;

/** Undefined for what is no such list. */
function fromWritten(inside: string): string[] | undefined {
  const values: string[] = [];
  WRITTEN.lastIndex = 0;
  while (WRITTEN.lastIndex < inside.length) {
    const match = WRITTEN.exec(inside);
    if (!match) return undefined;
    const [, single, double, bare] = match;
    if (bare !== undefined) {
      if (!/^\s*(null|none|)\s*$/i.test(bare)) values.push(bare.trim());
    } else {
      values.push((single ?? double ?? '').replace(/\\(.)/gs, '$1'));
    }
  }
  return values;
}
