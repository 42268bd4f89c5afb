export type { FeatureValue, FeatureValues } from './encode/value.js';
export { RecommenderError, type RecommenderErrorCode } from './error.js';
export type { ModelFiles, ReadFile } from './format/read.js';
export { readSeen, type Seen } from './format/seen.js';
export { readValues, type Values } from './format/values.js';
export { readOverHttp } from './http.js';
export type { Attribute } from './model/attributes.js';
export type {
  AttributeRange,
  Encoded,
  ItemId,
  OpenOptions,
  Pair,
  Reason,
  Recommendation,
  RecommenderModel,
  RecommendOptions,
  SimilarItem,
  SimilarOptions,
  Where,
} from './model/model.js';
export { openModel } from './model/openModel.js';
export { open, type ModelSource } from './open.js';
export type { IndexAdapter } from './search/indexAdapter.js';
