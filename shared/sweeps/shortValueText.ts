/** The value of a parameter where there is little room: whoever wants all of it looks at the JSON. */
import { isRecord } from '../isRecord.js';
import type { ParameterValue } from './parameter.js';
import { valueText } from './valueText.js';

/** A list of layers by their types and what they have, as `dense 128 relu → dropout 0.1`; anything else as `valueText` has it. */
export function shortValueText(value: ParameterValue | undefined): string {
  if (!Array.isArray(value) || value.length === 0) return valueText(value);
  const parts = value.map(partText);
  return parts.every((part) => part !== undefined) ? parts.join(' → ') : valueText(value);
}

function partText(part: unknown): string | undefined {
  if (!isRecord(part) || typeof part['type'] !== 'string') return undefined;
  const { type, ...rest } = part;
  const said = Object.values(rest).flatMap((own) =>
    typeof own === 'number' || typeof own === 'string'
      ? [valueText(own)]
      : Array.isArray(own)
        ? [`(${shortValueText(own as ParameterValue)})`]
        : [],
  );
  return [type, ...said].join(' ');
}
