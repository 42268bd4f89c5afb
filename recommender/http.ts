/** A model's folder behind a URL. */
import type { ReadFile } from './format/read.js';

/**
 * Reads the files below `base`, such as `https://example.com/models/7/` or, in a page, `/models/7/`, with `fetch` or what is given in its
 * place, which may add headers. Rejects for every answer but a success.
 */
export function readOverHttp(
  base: string | URL,
  fetchFile: (url: URL) => Promise<Response> = fetch,
): ReadFile {
  const folder = new URL(base, pageOf());
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  return async (path) => {
    const url = new URL(path, folder);
    url.search = folder.search;
    const response = await fetchFile(url);
    if (!response.ok) {
      const answer = `${response.status} ${response.statusText}`.trim();
      throw Object.assign(new Error(answer), { status: response.status });
    }
    return new Uint8Array(await response.arrayBuffer());
  };
}

/** The address that relative ones are from, of a page or a worker. */
export function pageOf(): string | undefined {
  const { location } = globalThis as { location?: { href: string } };
  return location?.href;
}
