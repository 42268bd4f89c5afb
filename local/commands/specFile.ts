import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { formatOfName } from '@trainyard/shared';
import { z } from 'zod';
import { UserError } from '@trainyard/shared/commandLine/userError';

/** What is touched of a specification here; the server checks all of it. */
const sourceSchema = z.looseObject({ uri: z.string().optional() });
type Source = z.infer<typeof sourceSchema>;
const outerSpecSchema = z.looseObject({
  dataset: z
    .looseObject({
      source: sourceSchema.optional(),
      tables: z.record(z.string(), sourceSchema).optional(),
      reference: z.string().optional(),
      vocabularies: z.string().optional(),
    })
    .optional(),
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
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw new UserError('wrong-arguments', `there is no spec file ${file}: name one with --spec`, {
        cause,
      });
    throw new UserError(
      'wrong-arguments',
      `cannot read the spec ${file}: ${cause instanceof Error ? cause.message : 'unknown'}`,
      { cause },
    );
  }
  const document = parseDocument(text);
  const [mistake] = document.errors;
  if (mistake)
    throw new UserError('wrong-arguments', `${file} is neither YAML nor JSON: ${mistake.message.trimEnd()}`);
  return asSpec(document.toJS(), file);
}

/** What a file holds as a specification, as far as it is touched here. */
export function asSpec(written: unknown, file: string): OuterSpec {
  const parsed = outerSpecSchema.safeParse(written);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(
    'wrong-arguments',
    `${file} is no spec: ${issue?.path.join('.') || 'the whole'}: ${issue?.message}; examples/ has some that are`,
  );
}

/**
 * The specification with the changes of the command line. With `local`, the data lies on this machine: relative paths, those of
 * tables, of the reference and of the vocabularies too, become absolute, `data` from `cwd` and the specification's own from its folder, and a missing
 * file is told at once. Of the source that `data` replaces, the settings stay that hold for a file of its kind.
 */
export function prepareSpec(
  spec: OuterSpec,
  changes: SpecChanges,
  place: { specFile: string; cwd: string; local: boolean },
): OuterSpec {
  return {
    ...spec,
    ...preparedDataset(spec.dataset, changes.data, place),
    ...(changes.forceRecompute && { compute: { ...spec.compute, forceRecompute: changes.forceRecompute } }),
    ...(changes.tags && Object.keys(changes.tags).length > 0 && { tags: { ...spec.tags, ...changes.tags } }),
  };
}

function preparedDataset(
  dataset: OuterSpec['dataset'],
  data: string | undefined,
  { specFile, cwd, local }: { specFile: string; cwd: string; local: boolean },
): Pick<OuterSpec, 'dataset'> {
  const own = dataset?.source;
  const beside = dirname(specFile);
  const found = (source: Source, base: string, where?: string): Source =>
    local && source.uri !== undefined ? { ...source, uri: localUri(source.uri, base, where) } : source;
  const source = data === undefined ? own && found(own, beside) : found(replaced(own, data), cwd);
  if (!dataset && !source) return {};
  const { tables, reference, vocabularies } = dataset ?? {};
  return {
    dataset: {
      ...dataset,
      ...(source && { source }),
      ...(tables && {
        tables: Object.fromEntries(
          Object.entries(tables).map(([name, table]) => [
            name,
            found(table, beside, `dataset.tables.${name}`),
          ]),
        ),
      }),
      ...(reference !== undefined && {
        reference: local ? localUri(reference, beside, 'dataset.reference') : reference,
      }),
      ...(vocabularies !== undefined && {
        vocabularies: local ? localUri(vocabularies, beside, 'dataset.vocabularies') : vocabularies,
      }),
    },
  };
}

/** Another file in the place of the source: its format and dialect stay where the endings say the same or nothing. */
function replaced(own: Source | undefined, data: string): Source {
  const { bigquery: _, ...settings } = own ?? {};
  const [before, after] = [own?.uri && formatOfName(own.uri), formatOfName(data)];
  if (after === undefined || after === (settings['format'] ?? before)) return { ...settings, uri: data };
  const { format: _format, csv: _csv, ...others } = settings;
  return { ...others, uri: data };
}

function localUri(uri: string, base: string, where = ''): string {
  if (/^[a-z][a-z0-9+.-]+:/i.test(uri) && !uri.startsWith('file:')) return uri;
  const path = uri.startsWith('file://') ? fileURLToPath(uri) : isAbsolute(uri) ? uri : resolve(base, uri);
  const isGlob = /[*?[\]{}]/.test(path);
  if (!isGlob && !existsSync(path))
    throw new UserError(
      'wrong-arguments',
      where
        ? `there is no file ${path}, which ${where} names`
        : `there is no data file ${path}: name one with --data`,
    );
  return path;
}

/** `team=shop`, a tag on the command line, as its name and its value. */
export const tagSchema = z.string().transform((text, context): [string, string] => {
  const at = text.indexOf('=');
  if (at >= 1) return [text.slice(0, at), text.slice(at + 1)];
  context.addIssue({
    code: 'custom',
    message:
      'write NAME=VALUE, such as --tag team=shop; NAME= has an empty value, which takes the tag from an experiment',
  });
  return z.NEVER;
});
