/** Every key of the specification, from the schema that refuses or takes it. */
import { trainingSpecShape } from '@trainyard/shared';
import { z } from 'zod';
import { metaOf } from './fields.js';
import { code, page } from './markdown.js';
import { optionsOf, structureOf, type Variant } from './structure.js';
import { typeText } from './typeText.js';

/** Where a section is explained: why it is there, and how it is used. */
const EXPLAINED: Readonly<Record<string, string>> = {
  dataset:
    '[Sources](../sources.md) shows how a table becomes rows, [cloud sources](../cloud-sources.md) how rows come from Google Cloud, and [validation](../validation.md) what expectations do.',
  features: '[Features](../features.md) shows what each transform is for.',
  model: '[Models](../models.md) shows which layers, losses and heads there are, and how they fit together.',
  training:
    '[Training](../training.md) has the formulas of optimizers and schedules, and what checkpoints are for.',
  evaluation: '[Metrics](metrics.md) says which metrics a model has on which split.',
  outputs:
    '[What a run leaves behind](../artifacts.md) describes the folder of a model and the formats beside it.',
  compute:
    '[Compute](../compute.md) shows what tiers are, [cost](../cost.md) what a run costs, and [storage](../storage.md#a-job-of-its-own-for-the-data) when a job of its own prepares the data.',
};

export function specificationPage(): string {
  const writer = new Writer();
  return page(
    'The specification',
    'One document says what a run does. [The guide](../specification.md) shows how to write it; this page has each of its keys. ' +
      'An unknown key is an error. `trainyard schema` prints the same as a JSON Schema for editors.',
    ...Object.entries(trainingSpecShape).flatMap(([name, schema]) => writer.section(name, schema)),
  );
}

class Writer {
  /**
   * The heading under which the keys of a schema are described, for the places where the same schema comes again. Schemas that
   * differ in what they say of themselves alone have one definition.
   */
  private readonly headings = new Map<z.ZodType['def'], string>();

  section(name: string, schema: z.ZodType): string[] {
    return [
      `## \`${name}\``,
      paragraph(schema),
      ...(EXPLAINED[name] === undefined ? [] : [EXPLAINED[name]]),
      ...this.keysWithin(schema, name, `\`${name}\``),
    ];
  }

  private field(path: string, schema: z.ZodType): string[] {
    const heading = `\`${path}\``;
    return [`### ${heading}`, paragraph(schema), ...this.keysWithin(schema, path, heading)];
  }

  /** The keys of the objects that a value is, holds or may be. */
  private keysWithin(schema: z.ZodType, path: string, heading: string): string[] {
    const { container, suffix } = structureOf(schema);
    const { keys, variants } = optionsOf(container);
    if (keys.length === 0 && variants.length === 0) return [];
    const before = this.headings.get(container.def);
    if (before !== undefined) return [`Its keys are those of ${linkTo(before)}.`];
    this.headings.set(container.def, heading);
    const here = `${path}${suffix}`;
    return [
      ...keys.flatMap(([name, field]) => this.field(`${here}.${name}`, field)),
      ...variants.flatMap((variant) => this.variant(here, variant)),
    ];
  }

  private variant(path: string, { schema, key, values, description, fields }: Variant): string[] {
    const label = values.join(', ');
    const heading = `\`${path}\` with \`${key}: ${label}\``;
    const before = this.headings.get(schema.def);
    if (before !== undefined) return [`With \`${key}: ${label}\` it is as ${linkTo(before)}.`];
    this.headings.set(schema.def, heading);
    return [
      `### ${heading}`,
      values.length > 1 ? `${description} \`${key}\` is one of ${values.map(code).join(', ')}.` : description,
      ...fields.flatMap(([name, field]) => {
        const of = `\`${name}\` of \`${label}\``;
        return [`#### ${of}`, paragraph(field), ...this.keysWithin(field, `${path}.${name}`, of)];
      }),
    ];
  }
}

function linkTo(heading: string): string {
  return `[${heading}](#${anchorOf(heading)})`;
}

/** The fragment that GitHub gives to a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9_ -]/g, '')
    .replaceAll(' ', '-');
}

/** What a key means, what it may be, what holds without it, and an example. */
function paragraph(schema: z.ZodType): string {
  const { description, examples } = metaOf(schema);
  if (description === undefined) throw new Error('a field of the specification has no description');
  const type = typeText(schema);
  const standard = defaultOf(schema);
  const given: unknown[] = Array.isArray(examples)
    ? examples.filter((example: unknown) => JSON.stringify(example) !== JSON.stringify(standard))
    : [];
  return [
    description,
    ...(type === '' ? [] : [`${type}.`]),
    ...defaultText(schema),
    ...(given.length === 0 ? [] : [`Example: ${given.map(code).join(' or ')}.`]),
  ].join(' ');
}

/** Undefined where there is none, and for an empty object, since its keys say what becomes of it. */
function defaultOf(schema: z.ZodType): unknown {
  if (schema instanceof z.ZodDefault) return schema.def.defaultValue;
  if (!(schema instanceof z.ZodPrefault)) return undefined;
  const value: unknown = schema.def.defaultValue;
  return JSON.stringify(value) === '{}' ? undefined : value;
}

function defaultText(schema: z.ZodType): string[] {
  const standard = defaultOf(schema);
  if (standard !== undefined) return [`Default: ${code(standard)}.`];
  return schema.safeParse(undefined).success ? [] : ['Required.'];
}
