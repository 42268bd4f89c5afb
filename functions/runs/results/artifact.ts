/** A file that a run has left behind, as it can be sent. */
export interface Artifact {
  /** Its key in the store of objects. */
  key: string;
  bytes: number;
  sha256: string;
  contentType: string;
}
