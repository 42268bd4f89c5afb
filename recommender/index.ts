export type { FeatureValue, FeatureValues } from './encode/value.js';
export { RecommenderError, type RecommenderErrorCode } from './error.js';
export type { ReadFile } from './format/read.js';
export { readSeen, type Seen } from './format/seen.js';
export { readValues, type Values } from './format/values.js';
export { readOverHttp } from './http.js';
export type { ItemId, Pair, Recommendation, RecommenderModel, RecommendOptions } from './model/model.js';
export { openModel } from './model/openModel.js';
