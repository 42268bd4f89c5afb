/** What a field of a filter means: where its value stands in a summary, and whether any run has it. */
import { canonicalMetricName, isLowerBetter, ownValue, parseMetricName } from '@trainyard/shared';
import { nearestName } from '@trainyard/shared/nearestName';
import {
  isLeftOut,
  own,
  summaryFieldsSchema,
  type Scalar,
  type SummaryFields,
  type SummaryRow,
} from '../summary.js';
import type { FieldName } from './parse.js';

export interface ResolvedField {
  kind: 'field' | 'metric' | 'parameter' | 'tag';
  /** As it is told, in full. */
  name: string;
  /** Undefined, as null, where the run has none. */
  valueOf: (summary: SummaryRow) => Scalar | undefined;
  /** Whether the least is best; null for what is no metric. */
  isLowerBetter: boolean | null;
}

const FIELDS = summaryFieldsSchema.keyof().options;
/** Other names of fields. */
const ALIASES: Readonly<Record<string, keyof SummaryFields>> = {
  author: 'requestedBy',
  id: 'runId',
  number: 'runNumber',
  cost: 'usd',
  sweep: 'sweepId',
};
/** The sections of a specification, which may be named without `params.`. */
const SECTIONS = new Set(['dataset', 'features', 'model', 'training', 'evaluation', 'outputs', 'compute']);

/** What the field means, whether or not any run has it. */
export function resolveField({ path }: FieldName): ResolvedField {
  const [first = '', ...rest] = path;
  const below = rest.join('.');
  if (rest.length === 0) {
    const field = FIELDS.find((name) => name === first) ?? ownValue(ALIASES, first);
    return field ? fieldOf(field) : metricOf(first);
  }
  if (first === 'metrics') return metricOf(below);
  if (first === 'params' || first === 'parameters' || first === 'spec') return parameterOf(below);
  if (first === 'tags') return tagOf('tags', below);
  if (first === 'systemTags') return tagOf('systemTags', below);
  return SECTIONS.has(first) ? parameterOf(path.join('.')) : metricOf(path.join('.'));
}

function fieldOf(name: keyof SummaryFields): ResolvedField {
  return { kind: 'field', name, valueOf: ({ fields }) => fields[name], isLowerBetter: null };
}

function metricOf(given: string): ResolvedField {
  const name = canonicalMetricName(given);
  return {
    kind: 'metric',
    name,
    valueOf: (row) => row.metric(name) ?? row.metric(given),
    isLowerBetter: isLowerBetter(name),
  };
}

function parameterOf(name: string): ResolvedField {
  return { kind: 'parameter', name, valueOf: (row) => row.parameter(name), isLowerBetter: null };
}

function tagOf(kind: 'tags' | 'systemTags', key: string): ResolvedField {
  const valueOf = (summary: SummaryRow) => own(summary[kind], key);
  return { kind: 'tag', name: `${kind}.${key}`, valueOf, isLowerBetter: null };
}

/**
 * Why the field is probably written wrong: no run has it, and no metric is called so. Undefined for a tag, which anybody may give, and
 * where there are no runs.
 */
export function mistakeIn(field: ResolvedField, summaries: readonly SummaryRow[]): string | undefined {
  const { kind, name, valueOf } = field;
  if (kind === 'field' || kind === 'tag' || summaries.length === 0) return undefined;
  if (kind === 'metric' && parseMetricName(name)) return undefined;
  const mayHave = (row: SummaryRow) =>
    valueOf(row) !== undefined || (kind === 'parameter' && isLeftOut(row, name));
  if (summaries.some(mayHave)) return undefined;
  if (kind === 'parameter') {
    const near = nearestName(
      name,
      namesIn(summaries, (row) => row.parameterNames()),
    );
    return `no run has the parameter "${name}"${near === undefined ? '' : `; did you mean params.${near}?`}`;
  }
  const near = nearestName(name, [...FIELDS, ...namesIn(summaries, (row) => row.metricNames())]);
  const hint =
    near === undefined
      ? `; fields are ${FIELDS.join(', ')}, besides metrics, params.… and tags.…`
      : `; did you mean ${near}?`;
  return `"${name}" is no field, and no run has a metric of this name${hint}`;
}

function namesIn(summaries: readonly SummaryRow[], namesOf: (summary: SummaryRow) => string[]): string[] {
  const names = new Set<string>();
  for (const summary of summaries) for (const name of namesOf(summary)) names.add(name);
  return [...names];
}
