type Sources = { column: string } | { columns: readonly string[] };

/** The columns that a feature is made of. */
export function featureColumns(feature: Sources): readonly string[] {
  return 'columns' in feature ? feature.columns : [feature.column];
}

export function featureName(feature: Sources & { name?: string | undefined }): string {
  return feature.name ?? featureColumns(feature).join(' x ');
}
