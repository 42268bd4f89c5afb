import { RecommenderError } from './error.js';
import type { ModelFiles, ReadFile } from './format/read.js';
import { pageOf, readOverHttp } from './http.js';
import { kindOf } from './model/checkKeys.js';
import type { OpenOptions, RecommenderModel } from './model/model.js';
import { openModel } from './model/openModel.js';

/** Where a model's folder is: its URL, or a function that reads a file by its path in the folder. */
export type ModelSource = string | URL | ReadFile | ModelFiles;

/** Opens the `model` folder of a completed run. Each of its files is checked against the folder's manifest. */
export function open(source: ModelSource, options?: OpenOptions): Promise<RecommenderModel> {
  return openModel(filesOf(source), options);
}

/** What no `fetch` reads. */
const STORES: ReadonlySet<string> = new Set(
  ['gs', 's3', 'az', 'abfs', 'abfss', 'wasb', 'wasbs', 'hdfs', 'ftp', 'sftp'].map((name) => `${name}:`),
);

function ofAStore(url: string): RecommenderError {
  return new RecommenderError(
    'bad-option',
    `${url} is no address that fetch can read`,
    'give a function that reads a file by its path in the folder, with the client of the store, or an https address of it',
  );
}

function filesOf(source: unknown): ReadFile | ModelFiles {
  if (source instanceof URL || (typeof source === 'string' && URL.canParse(source, pageOf()))) {
    const { protocol } = new URL(source, pageOf());
    if (STORES.has(protocol)) throw ofAStore(String(source));
    return readOverHttp(source);
  }
  if (typeof source === 'function') return source as ReadFile;
  if (typeof source === 'object' && source !== null && 'read' in source) return source as ModelFiles;
  throw new RecommenderError(
    'bad-option',
    typeof source === 'string' ? `"${source}" is no URL` : `open was given ${kindOf(source)}`,
    'give the URL of the folder, such as https://example.com/models/7/, a function that reads a file by its path in it or, on Node, the path of the folder',
  );
}
