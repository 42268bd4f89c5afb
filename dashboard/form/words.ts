import type { JsonSchema, Place } from './schemaAt.js';

const NUMBER = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 12 });

/** `batchSize` as `Batch size`. */
export function titleOf(key: string): string {
  const words = key.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a field is for, in its first sentence, and what may stand in it: `… 20 unless given; 1 to 10,000.` */
export function hintOf({ schema, inherited }: Place): string {
  const sentence = firstSentence(schema.description);
  const fallback = isPlain(inherited) ? `${shown(inherited)} unless given` : undefined;
  const bounds = [fallback, boundsOf(schema)].filter((part) => part !== undefined).join('; ');
  const capital = bounds.charAt(0).toUpperCase() + bounds.slice(1);
  return [sentence?.replace(/:$/, '.'), capital && `${capital}.`].filter(Boolean).join(' ');
}

export function firstSentence(text: string | undefined): string | undefined {
  return text === undefined ? undefined : (/^.*?[.:](?= |$)/.exec(text)?.[0] ?? text);
}

function boundsOf(schema: JsonSchema): string | undefined {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema;
  const least = minimum ?? exclusiveMinimum;
  const most = maximum ?? exclusiveMaximum;
  const from =
    least === undefined ? undefined : `${minimum === undefined ? 'more than ' : ''}${shown(least)}`;
  const to = most === undefined ? undefined : `${maximum === undefined ? 'less than ' : ''}${shown(most)}`;
  if (from === undefined) return to && (maximum === undefined ? to : `at most ${to}`);
  if (to === undefined) return minimum === undefined ? from : `${from} or more`;
  return `${from} to ${to}`;
}

export function isPlain(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** As a field has it, whatever it is. */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return isPlain(value) ? String(value) : JSON.stringify(value);
}

export function shown(value: string | number | boolean): string {
  return typeof value === 'number' ? NUMBER.format(value) : String(value);
}
