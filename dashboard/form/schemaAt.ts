/** What the JSON Schema of specifications says of one place, in a specification that may choose between forms. */
import { valueAt, type Path } from './paths.js';

/** As much of JSON Schema (2020-12) as forms are made from. */
export interface JsonSchema {
  $ref?: string;
  $defs?: Readonly<Record<string, JsonSchema>>;
  type?: string;
  const?: unknown;
  enum?: readonly unknown[];
  default?: unknown;
  examples?: readonly unknown[];
  description?: string;
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  items?: JsonSchema;
  anyOf?: readonly JsonSchema[];
  oneOf?: readonly JsonSchema[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

/** A form that something may have, by the value of the key that tells the forms apart. */
export interface Kind {
  value: string;
  description: string;
  schema: JsonSchema;
}

export interface Place {
  schema: JsonSchema;
  /** What holds where nothing is written: the nearest default on the way here. */
  inherited: unknown;
}

export class SpecSchema {
  constructor(private readonly root: JsonSchema) {}

  /** Of a place that every specification can have, or that the specification's own forms have. */
  at(path: Path, spec: unknown): Place {
    let schema = this.resolved(this.root);
    let inherited: unknown;
    path.forEach((key, i) => {
      const written = valueAt(spec, path.slice(0, i));
      const parent = this.formOf(schema, written ?? inherited);
      const next = typeof key === 'number' ? parent.items : parent.properties?.[key];
      if (!next) throw new Error(`specifications have no ${path.slice(0, i + 1).join('.')}`);
      schema = this.resolved(next);
      // What is written takes the place of the whole default.
      inherited = (written === undefined ? valueAt(inherited, [key]) : undefined) ?? schema.default;
    });
    return { schema, inherited };
  }

  /** The keys of what stands at a place, each with its schema. */
  propertiesAt(path: Path, spec: unknown): [string, JsonSchema][] {
    const { schema, inherited } = this.at(path, spec);
    const form = this.formOf(schema, valueAt(spec, path) ?? inherited);
    return Object.entries(form.properties ?? {}).map(([key, own]) => [key, this.resolved(own)]);
  }

  requiredAt(path: Path, spec: unknown): readonly string[] {
    const { schema, inherited } = this.at(path, spec);
    return this.formOf(schema, valueAt(spec, path) ?? inherited).required ?? [];
  }

  /** The key by which forms are told apart, and the forms; undefined where there is no choice. */
  kindsOf(schema: JsonSchema): { key: string; kinds: Kind[] } | undefined {
    const forms = this.resolved(schema).oneOf?.map((form) => this.resolved(form));
    const key = Object.keys(forms?.[0]?.properties ?? {}).find((name) =>
      forms?.every(({ properties }) => typeof properties?.[name]?.const === 'string'),
    );
    if (!forms || key === undefined) return undefined;
    const kinds = forms.map((form) => ({
      value: String(form.properties?.[key]?.const),
      description: form.properties?.[key]?.description ?? '',
      schema: form,
    }));
    return { key, kinds };
  }

  /** The form that a value has, or is meant to have. */
  private formOf(schema: JsonSchema, value: unknown): JsonSchema {
    const choice = this.kindsOf(schema);
    if (choice) {
      const { key, kinds } = choice;
      const kind = kinds.find((one) => one.value === valueAt(value, [key])) ?? kinds[0];
      return kind?.schema ?? schema;
    }
    const forms = schema.anyOf?.map((form) => this.resolved(form)).filter((form) => form.properties);
    const isPreset = ({ properties }: JsonSchema) => properties?.['preset'] !== undefined;
    const isGiven = valueAt(value, ['preset']) !== undefined;
    return forms?.find((form) => isPreset(form) === isGiven) ?? schema;
  }

  /** What a reference means, with what stands beside it. */
  private resolved(schema: JsonSchema): JsonSchema {
    const { $ref, ...own } = schema;
    if ($ref === undefined) return schema;
    const target = this.root.$defs?.[$ref.replace('#/$defs/', '')];
    if (!target) throw new Error(`the schema has no ${$ref}`);
    return { ...this.resolved(target), ...own };
  }
}
