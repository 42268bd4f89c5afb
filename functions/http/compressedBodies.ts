/**
 * Compressed bodies are small ones. The framework's parsers inflate up to 1 GB before a function sees any of it, more than an
 * instance has; whatever arrives with an encoding is therefore looked at before them. Loaded for this effect.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

/** Deflate makes at most 1032 bytes of one (https://zlib.net/zlib_tech.html): 64 KB become 68 MB at worst. */
export const MAX_COMPRESSED_BYTES = 65_536;
/** Not `br`: it has no such bound. */
const BOUNDED = new Set(['gzip', 'deflate']);
/** An encoding that no parser knows: what bears it is answered with 415. */
const REFUSED = 'refused';

/** https://nodejs.org/api/diagnostics_channel.html#http */
const startSchema = z.object({ request: z.custom<IncomingMessage>() });

subscribe('http.server.request.start', (message) => {
  const { headers } = startSchema.parse(message).request;
  const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding === 'identity') return;
  const length = Number(headers['content-length'] ?? Number.NaN);
  if (BOUNDED.has(encoding) && length <= MAX_COMPRESSED_BYTES) return;
  headers['content-encoding'] = REFUSED;
});
