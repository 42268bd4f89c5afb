/** How Google's services are reached. Credentials are not settings: the clients find those of the machine. */
export interface CloudSettings {
  /** Null is Google's own. */
  storageEndpoint: string | null;
  bigQueryEndpoint: string | null;
  /** What downloaded objects take of the disk at most. */
  downloadLimitBytes: number;
  /** The first pause before a request is made again. */
  retryBaseMs: number;
  /** A download that brings no byte for so long is begun again. */
  stallMs: number;
  /** Between two looks at a job of BigQuery. */
  pollMs: number;
}
