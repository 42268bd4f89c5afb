/** `rowsKept` → `rows kept`: what a stage has counted, as people read it. */
export function countTitle(name: string): string {
  return name.replaceAll('_', ' ').replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
