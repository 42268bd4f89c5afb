/** Reads of models and their versions, each parsed by the schema it was written with. */
import {
  modelDocumentSchema,
  modelVersionSchema,
  paths,
  type ModelDocument,
  type ModelVersion,
} from '@trainyard/shared';
import type { DocumentReader, StoredDocument } from '../ports/documentStore/documentStore.js';

export { modelViewOf, withoutVersion as versionViewOf } from '@trainyard/shared/feed/views';

export function parseModel(document: StoredDocument): ModelDocument {
  return modelDocumentSchema.parse(document.data);
}

export async function readModel(from: DocumentReader, modelId: string): Promise<ModelDocument | undefined> {
  const document = await from.get(paths.model(modelId));
  return document && parseModel(document);
}

export function parseVersion(document: StoredDocument): ModelVersion {
  return modelVersionSchema.parse(document.data);
}

export async function readVersion(
  from: DocumentReader,
  modelId: string,
  version: number,
): Promise<ModelVersion | undefined> {
  const document = await from.get(paths.modelVersion(modelId, version));
  return document && parseVersion(document);
}
