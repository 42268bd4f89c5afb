import { z } from 'zod';

/** What became of the expectations, as the trainer writes it; what else it has there is for the page of the data. */
export const validationSchema = z.object({
  passed: z.boolean(),
  reference: z.string(),
  findings: z.array(
    z.object({
      outcome: z.enum(['met', 'violated', 'notChecked']),
      severity: z.enum(['error', 'warning']),
      message: z.string(),
    }),
  ),
  warnings: z.array(z.string()),
});
export type Validation = z.infer<typeof validationSchema>;
