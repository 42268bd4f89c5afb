import { z } from 'zod';

/** As the source names it; names are data and may hold anything. */
export const columnNameSchema = z.string().min(1).max(300);

/** Cleaning of one column before anything else sees it: `cast` first, then `trim`. */
export const columnCleaningSchema = z.strictObject({
  cast: z.enum(['string', 'int64', 'float64', 'timestamp']).optional(),
  trim: z.boolean().default(false),
});

export const scalarSchema = z.union([z.string(), z.number(), z.boolean()]);

/** A row is kept when every condition holds. A comparison with null never holds. */
export const conditionSchema = z.discriminatedUnion('is', [
  z.strictObject({ column: columnNameSchema, is: z.literal('notNull') }),
  z.strictObject({
    column: columnNameSchema,
    is: z.enum(['equal', 'notEqual', 'greater', 'greaterOrEqual', 'less', 'lessOrEqual']),
    value: scalarSchema,
  }),
  z.strictObject({
    column: columnNameSchema,
    is: z.literal('in'),
    values: z.array(scalarSchema).min(1).max(1000),
  }),
]);
export type Condition = z.infer<typeof conditionSchema>;
