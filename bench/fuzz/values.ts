/** Values that a schema allows. */
import fc from 'fast-check';
import type { Dice } from './dice.js';
import type { Schema } from './document.js';
import { repaired } from './repaired.js';

/** Text that programs have stumbled over, all of it right where any text is. */
const WORDS = [
  'user',
  'item',
  'purchases.csv',
  '',
  ' ',
  '0',
  'null',
  'constructor',
  'toString',
  'hasOwnProperty',
  'prototype',
  '$where',
  'a.b.c',
  'a/b',
  '..',
  'Ünïcödé 漢字',
  '👩‍👩‍👧 of one',
  'right\u202Eleft',
  'nul\u0000byte',
  'line\r\nbreak\u2028',
  '<script>alert(1)</script>',
  "' OR 1=1 --",
  'x'.repeat(250),
];
const SAMPLES = 60;
const MANY = 4;

export class Values {
  private readonly pools = new Map<string, string[]>();

  constructor(
    private readonly dice: Dice,
    private readonly seed: number,
  ) {}

  /** A value that is right by the schema and by the rules between values that no schema can say. */
  valid(schema: Schema): unknown {
    return repaired(this.value(schema, 0), this.dice);
  }

  private value(schema: Schema, depth: number): unknown {
    const { dice } = this;
    if ('const' in schema && schema.const !== undefined) return schema.const;
    if (schema.enum) return dice.pick(schema.enum);
    const forms = schema.anyOf ?? schema.oneOf;
    if (forms) return this.value(dice.pick(forms), depth);
    const type = Array.isArray(schema.type) ? dice.pick(schema.type) : schema.type;
    switch (type) {
      case 'object':
        return this.object(schema, depth);
      case 'array':
        return this.array(schema, depth);
      case 'string':
        return this.text(schema);
      case 'integer':
      case 'number':
        return this.number(schema, type === 'integer');
      case 'boolean':
        return dice.chance(0.5);
      case 'null':
        return null;
      default:
        return this.anything(depth);
    }
  }

  private object(schema: Schema, depth: number): Record<string, unknown> {
    const { dice } = this;
    const properties = Object.entries(schema.properties ?? {}).filter(
      ([name]) => schema.required?.includes(name) || dice.chance(depth > 4 ? 0.1 : 0.35),
    );
    const entries: [string, unknown][] = properties.map(([name, inner]) => [
      name,
      this.value(inner, depth + 1),
    ]);
    const { additionalProperties: others } = schema;
    if (typeof others === 'object') {
      for (let i = dice.int(0, MANY); i > 0; i--)
        entries.push([this.text(schema.propertyNames ?? {}) || 'key', this.value(others, depth + 1)]);
    }
    return Object.fromEntries(entries);
  }

  private array(schema: Schema, depth: number): unknown[] {
    const { minItems = 0, maxItems = MANY, prefixItems = [], items = {} } = schema;
    const first = prefixItems.map((item) => this.value(item, depth + 1));
    if (typeof items === 'boolean') return first;
    const least = Math.max(0, minItems - first.length);
    const length = this.dice.int(least, Math.min(maxItems - first.length, least + MANY));
    return [...first, ...Array.from({ length }, () => this.value(items, depth + 1))];
  }

  private text({ pattern, format, minLength = 0, maxLength = 300 }: Schema): string {
    const { dice } = this;
    if (format === 'date-time') return new Date(dice.int(0, 4e12)).toISOString();
    const pool = pattern === undefined ? WORDS : this.matching(pattern);
    const fitting = pool.filter(({ length }) => length >= minLength && length <= maxLength);
    if (dice.chance(0.1) && pattern === undefined) return 'm'.repeat(Math.min(maxLength, 8000));
    return dice.pick(fitting.length > 0 ? fitting : ['x'.repeat(minLength)]);
  }

  /** Made once for each pattern. */
  private matching(pattern: string): string[] {
    const known = this.pools.get(pattern);
    if (known) return known;
    const matching = fc.stringMatching(new RegExp(pattern, 'u'));
    const pool = fc.sample(matching, { seed: this.seed, numRuns: SAMPLES });
    if (new RegExp(pattern, 'u').test('constructor')) pool.push('constructor');
    this.pools.set(pattern, pool);
    return pool;
  }

  private number(schema: Schema, isInteger: boolean): number {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
    const step = isInteger ? 1 : 1e-6;
    const least = minimum ?? (exclusiveMinimum === undefined ? -1e6 : exclusiveMinimum + step);
    const most = maximum ?? (exclusiveMaximum === undefined ? 1e9 : exclusiveMaximum - step);
    const { dice } = this;
    if (dice.chance(0.15)) return dice.pick([least, most]);
    const top = Math.min(most, least + 1000);
    return isInteger ? dice.int(least, top) : dice.between(least, top);
  }

  private anything(depth: number): unknown {
    const { dice } = this;
    const leaf = () => dice.pick<unknown>([null, true, 0, -1.5, 1e300, dice.pick(WORDS)]);
    if (depth > 6 || dice.chance(0.6)) return leaf();
    if (dice.chance(0.5)) return Array.from({ length: dice.int(0, 3) }, () => this.anything(depth + 1));
    return Object.fromEntries(
      Array.from({ length: dice.int(0, 3) }, () => [dice.pick(WORDS), this.anything(depth + 1)]),
    );
  }
}
