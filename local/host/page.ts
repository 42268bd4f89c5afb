/** The page of the one-machine stack: the built files of `dashboard`, beside the API on the same origin. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { API_PATHS, cachingOf, pageHeaders, type PageSources } from '@trainyard/shared/page/pageHeaders';
import { repositoryFile } from '../repositoryFile.js';

const ENTRY = 'index.html';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const NOT_BUILT =
  'The page is not built: "npm run build" in the repository does that. The API is under /api, and its description at /openapi.json.\n';

/** The first part of each path that the functions answer, and nobody else. */
const OF_FUNCTIONS: ReadonlySet<string> = new Set([...API_PATHS, '_functions']);

interface PageFile {
  content: Buffer;
  type: string;
}

interface Served {
  files: ReadonlyMap<string, PageFile>;
  headers: Readonly<Record<string, string>>;
}

export interface Page {
  /** Answers what asks for a part of the page; false where the request is for the functions. */
  serve(request: IncomingMessage, response: ServerResponse): boolean;
}

/** Reads the files once: they are few, and what is not among them is not served. */
export async function openPage(folder = pageFolder(), sources: PageSources = {}): Promise<Page> {
  const headers = pageHeaders(sources);
  const files = folder === undefined ? new Map<string, PageFile>() : await readFiles(folder);
  return {
    serve(request, response) {
      const { pathname } = new URL(request.url ?? '/', 'http://page');
      if (
        OF_FUNCTIONS.has(pathname.split('/', 2)[1] ?? '') ||
        !['GET', 'HEAD'].includes(request.method ?? '')
      )
        return false;
      answer({ files, headers }, pathname.slice(1), request, response);
      return true;
    },
  };
}

/** Undefined where the page is not built. */
function pageFolder(): string | undefined {
  const folder = join(repositoryFile('dashboard'), 'dist', 'page');
  return existsSync(join(folder, ENTRY)) ? folder : undefined;
}

async function readFiles(folder: string): Promise<Map<string, PageFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return new Map(
    await Promise.all(
      files.map(async ({ parentPath, name }) => {
        const path = join(parentPath, name);
        const type = TYPES[extname(name)] ?? 'application/octet-stream';
        return [
          relative(folder, path).split(sep).join('/'),
          { content: await readFile(path), type },
        ] as const;
      }),
    ),
  );
}

/** An address of a view is the entry's, which shows the view; a file that is not there is not. */
function answer(
  { files, headers }: Served,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const file = files.get(path) ?? (extname(path) === '' ? files.get(ENTRY) : undefined);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (!file) {
    const text = files.size === 0 ? NOT_BUILT : 'There is no such file.\n';
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
    response.end(request.method === 'HEAD' ? undefined : text);
    return;
  }
  response.writeHead(200, {
    'content-type': file.type,
    'content-length': file.content.length,
    'cache-control': cachingOf(files.has(path) ? path : ENTRY),
  });
  response.end(request.method === 'HEAD' ? undefined : file.content);
}
