/** Whether anything can be said of what mattered: without it no trial with a result was better than another, and no picture shows anything. */
export function isImportanceTold(importance: readonly { importance: number | null }[]): boolean {
  return importance.some((one) => one.importance !== null);
}
