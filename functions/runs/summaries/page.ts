/**
 * The summaries of a hundred runs of a model in one document, `models/{modelId}/summaries/{page}`. Runs of a model are much alike:
 * names of metrics stand once a page, and of a specification what it has otherwise than another one of the page. The whole is
 * deflated, so that a run takes less than 1 KB, and ten thousand are read with a hundred documents.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { instantSchema, modelIdSchema, type Flattened } from '@trainyard/shared';
import { z } from 'zod';
import { summaryFieldsSchema, type RunSummary } from './summary.js';

export const RUNS_PER_PAGE = 100;

/** The page that a run of a number is on, from 1. */
export function pageOf(runNumber: number): number {
  return Math.ceil(runNumber / RUNS_PER_PAGE);
}

export const pageDocumentSchema = z.strictObject({
  schemaVersion: z.literal(1),
  modelId: modelIdSchema,
  page: z.int().min(1),
  /** Runs up to this number were looked for: one that has no summary is gone. */
  lookedUpTo: z.int().min(0),
  /** `packPage`, deflated (RFC 1951), in base64. */
  body: z.string(),
  updatedAt: instantSchema,
});
export type PageDocument = z.infer<typeof pageDocumentSchema>;

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const packedSchema = z.strictObject({
  metrics: z.array(z.string()),
  bases: z.array(z.record(z.string(), scalar)),
  runs: z.array(
    z.strictObject({
      fields: summaryFieldsSchema,
      /** In the order of the names; null for one that the run lacks. */
      values: z.array(z.number().nullable()),
      /** The specification: as the base of this index, but for what it has otherwise and what it lacks. */
      base: z.int().min(0),
      differs: z.record(z.string(), scalar),
      lacks: z.array(z.string()),
      tags: z.record(z.string(), z.string()),
      systemTags: z.record(z.string(), z.string()),
      isPartial: z.boolean(),
    }),
  ),
});
type Packed = z.infer<typeof packedSchema>;

export function encodePage(summaries: readonly RunSummary[]): string {
  return deflateRawSync(JSON.stringify(packPage(summaries))).toString('base64');
}

/** @throws where the body is none that `encodePage` made. */
export function decodePage(body: string): RunSummary[] {
  const text = inflateRawSync(Buffer.from(body, 'base64')).toString('utf8');
  return unpackPage(packedSchema.parse(JSON.parse(text)));
}

function packPage(summaries: readonly RunSummary[]): Packed {
  const metrics = [...new Set(summaries.flatMap((one) => Object.keys(one.metrics)))];
  const bases: Flattened[] = [];
  const runs = summaries.map(({ parameters, metrics: values, ...summary }) => ({
    ...summary,
    values: trimmed(metrics.map((name) => values[name] ?? null)),
    ...againstBase(parameters, bases),
  }));
  return { metrics, bases, runs };
}

function trimmed(values: (number | null)[]): (number | null)[] {
  return values.slice(0, values.findLastIndex((value) => value !== null) + 1);
}

/** More than this share of another specification is one of its own. */
const MOST_DIFFERENT = 0.25;

/** The base that the specification is most like; it becomes one where none is like it. */
function againstBase(
  parameters: Flattened,
  bases: Flattened[],
): Pick<Packed['runs'][number], 'base' | 'differs' | 'lacks'> {
  const most = Object.keys(parameters).length * MOST_DIFFERENT;
  let best: { base: number; differs: Flattened; lacks: string[]; count: number } | undefined;
  for (const [base, other] of bases.entries()) {
    const differs = Object.fromEntries(
      Object.entries(parameters).filter(([key, value]) => !Object.is(other[key], value)),
    );
    const lacks = Object.keys(other).filter((key) => !Object.hasOwn(parameters, key));
    const count = Object.keys(differs).length + lacks.length;
    if (count <= most && count < (best?.count ?? Infinity)) best = { base, differs, lacks, count };
  }
  if (best) return { base: best.base, differs: best.differs, lacks: best.lacks };
  return { base: bases.push(parameters) - 1, differs: {}, lacks: [] };
}

function unpackPage({ metrics, bases, runs }: Packed): RunSummary[] {
  return runs.map(({ values, base, differs, lacks, ...summary }) => {
    const parameters = { ...bases[base], ...differs };
    for (const key of lacks) delete parameters[key];
    const named = metrics.flatMap((name, i): [string, number][] => {
      const value = values[i];
      return typeof value === 'number' ? [[name, value]] : [];
    });
    return { ...summary, metrics: Object.fromEntries(named), parameters };
  });
}
