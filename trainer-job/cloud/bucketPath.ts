/** A folder or an object in a bucket. */
export interface BucketPath {
  bucket: string;
  /** Without a slash at either end. */
  path: string;
}

/** Undefined for what is no `gs://bucket/path`. */
export function bucketPathOf(uri: string): BucketPath | undefined {
  const [, bucket, path] =
    /^gs:\/\/([a-z0-9][a-z0-9._-]*[a-z0-9])\/(?!\/)([^\0\n]*[^/\0\n])\/*$/.exec(uri) ?? [];
  return bucket !== undefined && path !== undefined ? { bucket, path } : undefined;
}

export function uriOf({ bucket, path }: BucketPath): string {
  return `gs://${bucket}/${path}`;
}

export function within({ bucket, path }: BucketPath, name: string): BucketPath {
  return { bucket, path: `${path}/${name}` };
}
