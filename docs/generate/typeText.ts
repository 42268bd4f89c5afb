/** What a value may be, in words: as the JSON Schema says of it. */
import { z } from 'zod';
import { code } from './markdown.js';

const jsonSchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  format: z.string().optional(),
  /** `false` of a tuple: nothing comes after its items. */
  get items() {
    return z.union([z.literal(false), jsonSchema]).optional();
  },
  get prefixItems() {
    return z.array(jsonSchema).optional();
  },
  get anyOf() {
    return z.array(jsonSchema).optional();
  },
  additionalProperties: z.unknown().optional(),
});
type JsonSchema = z.infer<typeof jsonSchema>;

/** Empty for objects, whose keys say what they may be. */
export function typeText(schema: z.ZodType): string {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  const text = textOf(jsonSchema.parse(json));
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function textOf(json: JsonSchema): string {
  if (json.const !== undefined) return code(json.const);
  if (json.enum) return `one of ${json.enum.map(code).join(', ')}`;
  if (json.anyOf) return anyOf(json.anyOf);
  if (Array.isArray(json.type)) return anyOf(json.type.map((type) => ({ ...json, type })));
  switch (json.type) {
    case 'integer':
      return `a whole number${bounds(json)}`;
    case 'number':
      return `a number${bounds(json)}`;
    case 'string':
      return json.format === 'date-time'
        ? 'a time'
        : json.format === 'date'
          ? 'a day'
          : `a text${lengths(json)}`;
    case 'boolean':
      return '`true` or `false`';
    case 'null':
      return '`null`';
    case 'array':
      return listText(json);
    case 'object':
      return isMap(json) ? 'names and values' : '';
    default:
      return '';
  }
}

function anyOf(members: readonly JsonSchema[]): string {
  const texts = members.map((member) => textOf(member) || 'keys and values');
  return members.every((member) => textOf(member) === '') ? '' : [...new Set(texts)].join(' or ');
}

function isMap({ additionalProperties }: JsonSchema): boolean {
  return typeof additionalProperties === 'object' && additionalProperties !== null;
}

function listText({ minItems, maxItems, items, prefixItems }: JsonSchema): string {
  const count = prefixItems ? ` of ${prefixItems.length}` : amount(minItems, maxItems);
  const element = prefixItems?.[0] ?? items;
  const each = element ? textOf(element) : '';
  return `a list${count}${each === '' ? '' : `, each ${each}`}`;
}

function lengths({ minLength, maxLength }: JsonSchema): string {
  const text = amount(minLength, maxLength);
  return text === '' ? '' : `${text} characters`;
}

function amount(least: number | undefined, most: number | undefined): string {
  if (least !== undefined && most !== undefined) return ` of ${number(least)} to ${number(most)}`;
  if (most !== undefined) return ` of up to ${number(most)}`;
  return least === undefined ? '' : ` of ${number(least)} or more`;
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const least = isBound(minimum)
    ? ['from', minimum]
    : isBound(exclusiveMinimum)
      ? ['above', exclusiveMinimum]
      : [];
  const most = isBound(maximum)
    ? ['to', maximum]
    : isBound(exclusiveMaximum)
      ? ['below', exclusiveMaximum]
      : [];
  if (least[0] === 'from' && most.length === 0) return `, ${number(least[1])} or more`;
  if (least[0] === 'from' && most[0] === 'below')
    return `, ${number(least[1])} or more and below ${number(most[1])}`;
  if (least[0] === 'above' && most[0] === 'to') return ` above ${number(least[1])}, up to ${number(most[1])}`;
  const words = [least, most]
    .filter((side) => side.length > 0)
    .map(([word, value]) => `${word} ${number(value)}`);
  return words.length === 0 ? '' : ` ${words.join(least[0] === 'from' && most[0] === 'to' ? ' ' : ' and ')}`;
}

/** The ends of what a number of JavaScript counts exactly are no bounds that anybody set. */
function isBound(value: number | undefined): value is number {
  return value !== undefined && Math.abs(value) !== Number.MAX_SAFE_INTEGER;
}

function number(value: unknown): string {
  return typeof value === 'number'
    ? value.toLocaleString('en', { maximumSignificantDigits: 15 })
    : String(value);
}
