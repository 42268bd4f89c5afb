/** Values of the protos as the clients hand them over: 64-bit numbers as text, number or object, enums by number or by name. */
import { z } from 'zod';

/** `google.protobuf.Timestamp` as an instant; null where it is not set. */
export const timestampSchema = z
  .object({ seconds: z.unknown(), nanos: z.number().nullish() })
  .nullish()
  .transform((at) => {
    const seconds = at ? Number(at.seconds ?? 0) : 0;
    return at && seconds > 0 ? new Date(seconds * 1000 + (at.nanos ?? 0) / 1e6).toISOString() : null;
  });

/** An enum's name, of a list whose index is the number; of a value that is newer than the list, its number as text. */
export function enumSchema(names: Readonly<Record<number, string>>) {
  return z
    .union([z.number(), z.string()])
    .nullish()
    .transform((value) => {
      if (value === null || value === undefined) return names[0] ?? '';
      return typeof value === 'string' ? value : (names[value] ?? String(value));
    });
}

/** Lists are empty where nothing was sent, or null. */
export const listOf = <T extends z.ZodType>(schema: T) =>
  z
    .array(schema)
    .nullish()
    .transform((list) => list ?? []);
