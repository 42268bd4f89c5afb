/** A model's folder behind a URL. */
import type { ReadFile } from './format/read.js';

/**
 * Reads the files below `base`, such as `https://example.com/models/7/`, with `fetch` or what is given in its place, which may add
 * headers. Rejects for every answer but a success.
 */
export function readOverHttp(
  base: string | URL,
  fetchFile: (url: URL) => Promise<Response> = fetch,
): ReadFile {
  const folder = new URL(base);
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  return async (path) => {
    const url = new URL(path, folder);
    url.search = folder.search;
    const response = await fetchFile(url);
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
    return new Uint8Array(await response.arrayBuffer());
  };
}
