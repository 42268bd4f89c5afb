/** A model's folder on the disk of a machine that runs Node. The only file of the package that asks for Node. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadFile } from './format/read.js';
import type { RecommenderModel } from './model/model.js';
import { openModel } from './model/openModel.js';

/** Reads the files below a folder. */
export function readDirectory(folder: string): ReadFile {
  return (path) => readFile(join(folder, path));
}

/** Opens the `model` folder of a completed run. */
export function openModelDirectory(folder: string): Promise<RecommenderModel> {
  return openModel(readDirectory(folder));
}
