import { createHash } from 'node:crypto';
import { canonicalJson } from './canonicalJson.js';

/** `sha256:` and the hexadecimal digest of a value's canonical JSON: the identity of specs and stage outputs. */
export function digestOf(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`;
}
