/** How a program reads an artifact, by what its format is. */

/** Artifacts that TensorFlow loads by their folder. */
const SAVED_MODELS: ReadonlySet<string> = new Set(['saved_model', 'query_model', 'candidate_model']);

/** A line of Python; undefined of what is read as any file is. */
export function loadingLine(artifact: string, uri: string): string | undefined {
  // Python reads a file of this machine by its path.
  const place = JSON.stringify(uri.startsWith('file://') ? decodeURIComponent(new URL(uri).pathname) : uri);
  if (SAVED_MODELS.has(artifact)) return `tensorflow.saved_model.load(${place})`;
  if (uri.endsWith('.parquet')) return `pandas.read_parquet(${place})`;
  // What is in a bucket is brought here first: onnxruntime reads files alone.
  if (uri.endsWith('.onnx') && uri.startsWith('file://')) return `onnxruntime.InferenceSession(${place})`;
  return undefined;
}
