/**
 * The summaries of a hundred runs of a model in one document, `models/{modelId}/summaries/{page}`. Runs of a model are much alike:
 * names of metrics stand once a page, and of a specification what it has otherwise than another one of the page. The whole is
 * deflated, so that a run takes less than 1 KB, and ten thousand are read with a hundred documents.
 */
import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { instantSchema, modelIdSchema, type Flattened } from '@trainyard/shared';
import { z } from 'zod';
import { own, summaryFieldsSchema, type RunSummary, type Scalar, type SummaryRow } from './summary.js';

export const RUNS_PER_PAGE = 100;

/** The page that a run of a number is on, from 1. */
export function pageOf(runNumber: number): number {
  return Math.ceil(runNumber / RUNS_PER_PAGE);
}

/** What stands in the bodies, and how: pages of another layout are as if they were not there, and are made anew. */
export const LAYOUT = 2;

export const pageDocumentSchema = z.strictObject({
  schemaVersion: z.literal(LAYOUT),
  modelId: modelIdSchema,
  page: z.int().min(1),
  /** Runs up to this number were looked for: one that has no summary is gone. */
  lookedUpTo: z.int().min(0),
  /** `packPage`, deflated (RFC 1951), in base64. */
  body: z.string(),
  /** Of the body, by which it is known without being read. */
  digest: z.string(),
  updatedAt: instantSchema,
});
export type PageDocument = z.infer<typeof pageDocumentSchema>;

/** What a page is known by without its body. */
export const pageHeadSchema = pageDocumentSchema.pick({
  schemaVersion: true,
  page: true,
  lookedUpTo: true,
  digest: true,
});
export type PageHead = z.infer<typeof pageHeadSchema>;
export const HEAD_FIELDS = pageHeadSchema.keyof().options;

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const packedRunSchema = z.strictObject({
  fields: summaryFieldsSchema,
  /** In the order of the names; null for one that the run lacks. */
  values: z.array(z.number().nullable()),
  /** The specification: as the base of this index, but for what it has otherwise and what it lacks. */
  base: z.int().min(0),
  differs: z.record(z.string(), scalar),
  lacks: z.array(z.string()),
  tags: z.record(z.string(), z.string()),
  systemTags: z.record(z.string(), z.string()),
  leftOut: z.array(z.string()).nullable(),
});
type PackedRun = z.infer<typeof packedRunSchema>;
const packedSchema = z.strictObject({
  metrics: z.array(z.string()),
  bases: z.array(z.record(z.string(), scalar)),
  runs: z.array(packedRunSchema),
});
type Packed = z.infer<typeof packedSchema>;

/** @throws where a summary is none; what is written is valid, so that readers go by its digest alone. */
export function encodePage(summaries: readonly RunSummary[]): Pick<PageDocument, 'body' | 'digest'> {
  const packed = packedSchema.parse(packPage(summaries));
  const body = deflateRawSync(JSON.stringify(packed)).toString('base64');
  return { body, digest: bodyDigest(body) };
}

/** @throws where the body is not the one that was written with the digest. */
function unpacked({ body, digest }: Pick<PageDocument, 'body' | 'digest'>): { packed: Packed; size: number } {
  if (bodyDigest(body) !== digest)
    throw new Error(`a page of summaries is damaged: its body has not the digest ${digest}`);
  const text = inflateRawSync(Buffer.from(body, 'base64')).toString('utf8');
  return { packed: JSON.parse(text) as Packed, size: text.length };
}

function bodyDigest(body: string): string {
  return createHash('sha256').update(body).digest('base64url');
}

/** The summaries as they were encoded. */
export function decodePage(document: Pick<PageDocument, 'body' | 'digest'>): RunSummary[] {
  return unpackPage(unpacked(document).packed);
}

export interface OpenPage {
  /** In the order of their numbers. */
  rows: readonly SummaryRow[];
  /** The length of its text, which tells what it takes in memory. */
  size: number;
}

/** The page to be searched. */
export function openPage(document: Pick<PageDocument, 'body' | 'digest'>): OpenPage {
  const { packed, size } = unpacked(document);
  const places = new Map(packed.metrics.map((name, place) => [name, place]));
  return { rows: packed.runs.map((run) => new PackedRow(packed, places, run)), size };
}

class PackedRow implements SummaryRow {
  constructor(
    private readonly packed: Packed,
    private readonly places: ReadonlyMap<string, number>,
    private readonly run: PackedRun,
  ) {}

  get fields() {
    return this.run.fields;
  }
  get tags() {
    return this.run.tags;
  }
  get systemTags() {
    return this.run.systemTags;
  }
  get leftOut() {
    return this.run.leftOut;
  }

  metric(name: string): number | undefined {
    const place = this.places.get(name);
    return place === undefined ? undefined : (this.run.values[place] ?? undefined);
  }

  parameter(key: string): Scalar | undefined {
    const { differs, lacks, base } = this.run;
    if (Object.hasOwn(differs, key)) return differs[key];
    return lacks.includes(key) ? undefined : own(this.packed.bases[base] ?? {}, key);
  }

  metricNames(): string[] {
    return this.packed.metrics.filter((_, place) => typeof this.run.values[place] === 'number');
  }

  parameterNames(): string[] {
    return Object.keys(parametersOf(this.packed, this.run));
  }
}

function packPage(summaries: readonly RunSummary[]): Packed {
  const metrics = [...new Set(summaries.flatMap((one) => Object.keys(one.metrics)))];
  const bases: Flattened[] = [];
  const runs = summaries.map(({ parameters, metrics: values, leftOut, ...summary }) => ({
    ...summary,
    leftOut: leftOut && [...leftOut],
    values: trimmed(metrics.map((name) => own(values, name) ?? null)),
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
): Pick<PackedRun, 'base' | 'differs' | 'lacks'> {
  const most = Object.keys(parameters).length * MOST_DIFFERENT;
  let best: { base: number; differs: Flattened; lacks: string[]; count: number } | undefined;
  for (const [base, other] of bases.entries()) {
    const differs = Object.fromEntries(
      Object.entries(parameters).filter(([key, value]) => !Object.is(own(other, key), value)),
    );
    const lacks = Object.keys(other).filter((key) => !Object.hasOwn(parameters, key));
    const count = Object.keys(differs).length + lacks.length;
    if (count <= most && count < (best?.count ?? Infinity)) best = { base, differs, lacks, count };
  }
  if (best) return { base: best.base, differs: best.differs, lacks: best.lacks };
  return { base: bases.push(parameters) - 1, differs: {}, lacks: [] };
}

function parametersOf({ bases }: Packed, { base, differs, lacks }: PackedRun): Flattened {
  const parameters = { ...bases[base], ...differs };
  for (const key of lacks) delete parameters[key];
  return parameters;
}

function unpackPage(packed: Packed): RunSummary[] {
  return packed.runs.map((run) => {
    const { values, base: _base, differs: _differs, lacks: _lacks, ...summary } = run;
    const named = packed.metrics.flatMap((name, place): [string, number][] => {
      const value = values[place];
      return typeof value === 'number' ? [[name, value]] : [];
    });
    return { ...summary, metrics: Object.fromEntries(named), parameters: parametersOf(packed, run) };
  });
}
