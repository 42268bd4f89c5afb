/** The value of a parameter as people read it. */
import type { ParameterValue } from './parameter.js';

/** Numbers have four digits; a value that a trial does not have is a dash. */
export function valueText(value: ParameterValue | undefined): string {
  if (value === undefined) return '–';
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return JSON.stringify(value);
  const short = Number(value.toPrecision(4));
  // 0.0000223 takes longer to read than 2.23e-5.
  return short !== 0 && Math.abs(short) < 0.001 ? short.toExponential() : String(short);
}
