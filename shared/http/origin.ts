import { z } from 'zod';

/** The origin of a web page, as browsers write it in the header `Origin`. */
export const originSchema = z
  .url({ protocol: /^https?$/, error: 'must be an http or https origin, such as https://app.shop.example' })
  .refine((url) => url.replace(/\/$/, '').toLowerCase() === new URL(url).origin, {
    error: 'must be an origin without a path, such as https://app.shop.example',
  })
  .transform((url) => new URL(url).origin);

/** Several of them, separated by blanks, as a variable of the environment holds them. */
export const originsTextSchema = z
  .string()
  .transform((text) => text.split(/\s+/).filter(Boolean))
  .pipe(z.array(originSchema).max(20));
