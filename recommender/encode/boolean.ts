import { z } from 'zod';
import type { TextFeatureEncoder } from './encoder.js';

/** `boolean`: nothing is fitted. */
export const fittedBooleanSchema = z.strictObject({
  transform: z.literal('boolean'),
  missingIndicator: z.boolean(),
});
export type FittedBoolean = z.infer<typeof fittedBooleanSchema>;

const MEANINGS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', 'yes', 'y', '1'].map((text) => [text, true] as const),
  ...['false', 'f', 'no', 'n', '0'].map((text) => [text, false] as const),
]);

export function truthOf(text: string | null): boolean | undefined {
  return text === null ? undefined : MEANINGS.get(text.trim().toLowerCase());
}

export function encodeBoolean({ missingIndicator }: FittedBoolean): TextFeatureEncoder {
  return {
    form: 'text',
    encode([text = null], { numbers }, _i, n) {
      const truth = truthOf(text);
      numbers[n] = truth === true ? 1 : 0;
      if (missingIndicator) numbers[n + 1] = truth === undefined ? 1 : 0;
    },
  };
}
