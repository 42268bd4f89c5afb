import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { UsageError } from './command.js';

/** What is touched of a specification here; the server checks all of it. */
const outerSpecSchema = z.looseObject({
  dataset: z.looseObject({ source: z.looseObject({ uri: z.string() }).optional() }).optional(),
  compute: z.looseObject({}).optional(),
  tags: z.record(z.string(), z.unknown()).optional(),
});
export type OuterSpec = z.infer<typeof outerSpecSchema>;

export interface SpecChanges {
  /** Replaces the source. */
  data?: string | undefined;
  /** Replaces `compute.forceRecompute`; what stages there are, the server knows. */
  forceRecompute?: readonly string[] | undefined;
  tags?: Readonly<Record<string, string>>;
}

/** Reads a specification, YAML or JSON, as far as it can be without knowing more than that it is a mapping. */
export async function readSpec(file: string): Promise<OuterSpec> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new UsageError(
      `cannot read the spec ${file}: ${cause instanceof Error ? cause.message : 'unknown'}`,
      { cause },
    );
  }
  const document = parseDocument(text);
  const [mistake] = document.errors;
  if (mistake) throw new UsageError(`${file} is neither YAML nor JSON: ${mistake.message.trimEnd()}`);
  const parsed = outerSpecSchema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(
    `${file} is no spec: ${issue?.path.join('.') || 'the whole'}: ${issue?.message}; examples/ has some that are`,
  );
}

/**
 * The specification with the changes of the command line. With `local`, the data lies on this machine: relative paths
 * become absolute, `data` from `cwd` and the specification's own from its folder, and a missing file is told at once.
 */
export function prepareSpec(
  spec: OuterSpec,
  changes: SpecChanges,
  place: { specFile: string; cwd: string; local: boolean },
): OuterSpec {
  const own = spec.dataset?.source?.uri;
  const base = changes.data === undefined ? dirname(place.specFile) : place.cwd;
  const uri = changes.data ?? own;
  const source =
    uri === undefined ? undefined : { ...spec.dataset?.source, uri: place.local ? localUri(uri, base) : uri };
  return {
    ...spec,
    ...(source && { dataset: { ...spec.dataset, source } }),
    ...(changes.forceRecompute && { compute: { ...spec.compute, forceRecompute: changes.forceRecompute } }),
    ...(changes.tags && Object.keys(changes.tags).length > 0 && { tags: { ...spec.tags, ...changes.tags } }),
  };
}

function localUri(uri: string, base: string): string {
  if (/^[a-z][a-z0-9+.-]+:/i.test(uri) && !uri.startsWith('file:')) return uri;
  const path = uri.startsWith('file://') ? fileURLToPath(uri) : isAbsolute(uri) ? uri : resolve(base, uri);
  const isGlob = /[*?[\]{}]/.test(path);
  if (!isGlob && !existsSync(path))
    throw new UsageError(`there is no data file ${path}: name one with --data`);
  return path;
}

/** `--tag team=shop` as tags. */
export function parseTags(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`--tag is "${pair}"; write NAME=VALUE, such as --tag team=shop`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
