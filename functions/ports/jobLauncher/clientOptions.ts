import type { JobsClient } from '@google-cloud/run/build/src/v2/jobs_client.js';

/** What every generated Google client may be given: an endpoint, credentials. */
export type ClientOptions = NonNullable<ConstructorParameters<typeof JobsClient>[0]>;
