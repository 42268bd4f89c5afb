import { z } from 'zod';
import { componentRegistry } from './components.js';
import { unresolvedSpecSchema } from './spec/presets.js';

/**
 * The JSON Schema (draft 2020-12) of a specification as somebody writes it, in which defaults are left out and sections may name
 * presets. What holds between keys is not in it.
 */
export function specificationJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(
    unresolvedSpecSchema.meta({ title: 'Specification of a Trainyard run' }),
    {
      target: 'draft-2020-12',
      io: 'input',
      metadata: componentRegistry,
      override: ({ jsonSchema }) => {
        // The bounds of whole numbers that JavaScript counts exactly are nobody's wish.
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      },
    },
  );
  return { $schema, ...schema };
}
