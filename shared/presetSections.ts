/** The section of a specification that a kind of preset fills. */
export const PRESET_SECTIONS = {
  datasets: 'dataset',
  'feature-configs': 'features',
  'model-configs': 'model',
} as const;
export type PresetKind = keyof typeof PRESET_SECTIONS;
