/** Of the files that a run leaves behind, by their endings. */
const TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  html: 'text/html; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  yaml: 'application/yaml',
  svg: 'image/svg+xml',
  png: 'image/png',
  // https://www.iana.org/assignments/media-types/application/vnd.apache.parquet
  parquet: 'application/vnd.apache.parquet',
  zip: 'application/zip',
};

/** The type of what a path ends in, as HTTP has it; bytes where nobody knows. */
export function contentTypeOf(path: string): string {
  const ending = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return (Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined) ?? 'application/octet-stream';
}
