/** Undefined for what is no JSON: it fits no schema, and whoever asked says so. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
