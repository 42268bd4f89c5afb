/**
 * What a field may be compared with. A comparison that no run can pass, for its sides are of different types, is nearly always a slip,
 * and an empty list would not say so.
 */
import { modelTypeSchema, runIntentSchema, runStatusSchema } from '@trainyard/shared';
import { nearestName } from '@trainyard/shared/nearestName';
import type { SummaryFields } from '../summary.js';
import { decimalOf } from './decimal.js';
import type { ResolvedField } from './fields.js';
import type { FilterValue, Operator } from './parse.js';

type FieldType = 'text' | 'number' | 'boolean' | 'instant' | readonly string[];

const TYPES: Readonly<Record<keyof SummaryFields, FieldType>> = {
  runId: 'text',
  runNumber: 'number',
  status: runStatusSchema.options,
  title: 'text',
  intent: runIntentSchema.options,
  experiment: 'text',
  requestedBy: 'text',
  modelType: modelTypeSchema.options,
  parentRunId: 'text',
  sweepId: 'text',
  trial: 'number',
  quickRunId: 'text',
  repeatOf: 'text',
  retryOf: 'text',
  createdAt: 'instant',
  startedAt: 'instant',
  endedAt: 'instant',
  updatedAt: 'instant',
  epochs: 'number',
  bestEpoch: 'number',
  seconds: 'number',
  usd: 'number',
  warnings: 'number',
  gatesPassed: 'boolean',
  errorCode: 'text',
};

/** Undefined for settings and tags, which may hold anything. */
function typeOf({ kind, name }: ResolvedField): FieldType | undefined {
  if (kind === 'metric') return 'number';
  return kind === 'field' ? TYPES[name as keyof SummaryFields] : undefined;
}

/** The value to compare with, as the field has it, or what is wrong with it. */
export function operandOf(
  field: ResolvedField,
  operator: Operator,
  value: FilterValue,
): { value: FilterValue } | { mistake: string } {
  const isOrdering = operator !== '=' && operator !== '!=';
  if (isOrdering && (value === null || typeof value === 'boolean'))
    return { mistake: `nothing is greater or smaller than ${value}: compare with = or !=` };
  const type = typeOf(field);
  if (value === null || type === undefined) return { value };
  const wrong = (is: string, remedy: string) => ({
    mistake: `"${field.name}" is ${is}, and is compared with ${JSON.stringify(value)}: ${remedy}`,
  });
  switch (type) {
    case 'number': {
      const number = typeof value === 'string' ? decimalOf(value) : value;
      return typeof number === 'number' ? { value: number } : wrong('a number', 'give a number, or null');
    }
    case 'boolean':
      if (typeof value === 'boolean') return { value };
      return value === 'true' || value === 'false'
        ? { value: value === 'true' }
        : wrong('true or false', 'give one of them, or null');
    case 'instant': {
      const instant = typeof value === 'string' ? instantOf(value) : undefined;
      return instant === undefined
        ? wrong('an instant', 'give "2026-11-01", "2026-11-01T12:00:00Z", or null')
        : { value: instant };
    }
    case 'text':
      if (typeof value === 'string') return { value };
      return typeof value === 'number' && !isOrdering
        ? { value: String(value) }
        : wrong('a text', 'give a text in quotes, or null');
    default:
      return isOrdering || type.includes(String(value)) ? { value } : noneOf(field, type, String(value));
  }
}

function noneOf(field: ResolvedField, choices: readonly string[], given: string): { mistake: string } {
  const near = nearestName(given, choices);
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  return {
    mistake: `"${field.name}" is never ${JSON.stringify(given)}: it is ${choices.join(', ')} or null${hint}`,
  };
}

/** As instants are stored, where it names a moment; a year, a month or a day is the beginning of texts. */
function instantOf(text: string): string | undefined {
  if (/^\d{4}(-\d\d(-\d\d)?)?$/.test(text)) return Number.isNaN(Date.parse(text)) ? undefined : text;
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?$/i.exec(text);
  if (!parts) return undefined;
  const milliseconds = Date.parse(`${parts[1]}${parts[2] ?? 'Z'}`);
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString();
}
