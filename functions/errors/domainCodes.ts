/** What the control plane refuses, by the code that stands at the end of a problem's `type`. */

export interface DomainProblem {
  /** The status of the HTTP answer. */
  status: number;
  /** The same for every problem of the code (RFC 9457, section 3.1.3). */
  title: string;
  meaning: string;
  remedy: string;
  /** Whether the same request may succeed later, so that whoever sent it for a program sends it again. */
  retried: boolean;
}

const TABLE = {
  'invalid-request': {
    status: 400,
    title: 'Invalid request',
    meaning: 'The path, the query or the body breaks the rules of the schema; `errors` names each place.',
    remedy: 'Correct what `errors` names: each entry has a JSON pointer and says what is allowed there.',
    retried: false,
  },
  'invalid-path': {
    status: 400,
    title: 'Invalid path',
    meaning: 'The path has a percent sign that is not followed by two hexadecimal digits of UTF-8.',
    remedy: 'Encode each segment of the path by itself, for example with `encodeURIComponent`.',
    retried: false,
  },
  'invalid-json': {
    status: 400,
    title: 'Invalid JSON',
    meaning: 'The body is not JSON in UTF-8.',
    remedy: 'Correct the body and send it again.',
    retried: false,
  },
  'invalid-filter': {
    status: 400,
    title: 'Invalid filter',
    meaning: 'A filter or an order of runs cannot be read, or names what no run has; the detail says where.',
    remedy: 'Correct the place that the detail marks; `docs/runs.md` has the language.',
    retried: false,
  },
  'invalid-cursor': {
    status: 400,
    title: 'Invalid cursor',
    meaning: 'The cursor was not given out by this server for this list.',
    remedy: 'Begin again without a cursor, and pass each `nextCursor` on as it came.',
    retried: false,
  },
  'invalid-event-id': {
    status: 400,
    title: 'Invalid Last-Event-ID',
    meaning: 'The header `Last-Event-ID` is not the id of an event of this stream.',
    remedy: 'Open the stream again without the header: it begins with all that is stored.',
    retried: false,
  },
  'invalid-idempotency-key': {
    status: 400,
    title: 'Invalid Idempotency-Key',
    meaning: 'The header `Idempotency-Key` is empty, too long, or has characters that are not visible ASCII.',
    remedy: 'Send 1 to 200 visible ASCII characters, such as a UUID.',
    retried: false,
  },
  'unknown-preset': {
    status: 400,
    title: 'Unknown preset',
    meaning: 'The specification names a preset, or a version of one, that does not exist.',
    remedy: 'Create the preset first, or name a version that `GET /api/{kind}/{id}/versions` lists.',
    retried: false,
  },
  'local-source': {
    status: 400,
    title: 'Source out of reach',
    meaning:
      'A data set names a file that is not in Cloud Storage, and the runs of the deployment are done in the cloud.',
    remedy: 'Copy the files to Cloud Storage and name them as `gs://bucket/object`, or read from BigQuery.',
    retried: false,
  },
  'unknown-tier': {
    status: 400,
    title: 'Unknown compute tier',
    meaning: 'The specification names a compute tier that this deployment does not have.',
    remedy: 'Name tiers that the detail lists, or leave `compute.tiers` out to allow all of them.',
    retried: false,
  },
  'no-specification': {
    status: 400,
    title: 'No specification',
    meaning: 'The request has no specification, and the model has no run yet whose one could be used.',
    remedy:
      'Send a `spec`. Messages that ask to retrain the model may leave it out once it has a run; a start by the API always takes one.',
    retried: false,
  },
  'does-not-fit': {
    status: 400,
    title: 'Does not fit',
    meaning: 'No compute tier of the run has the memory that the run needs.',
    remedy: 'Name a larger tier, or lower `training.batchSize`, the dims or the buckets of the features.',
    retried: false,
  },
  'no-price': {
    status: 400,
    title: 'No price',
    meaning: '`compute.maxUsd` limits what the run costs, and one of its tiers has no known price.',
    remedy: 'Name other tiers, set `usdPerHour` of the tier or `TRAINYARD_PRICES`, or leave `maxUsd` out.',
    retried: false,
  },
  'not-authenticated': {
    status: 401,
    title: 'Not authenticated',
    meaning: 'The request carries no ID token, or one that has expired or is not accepted here.',
    remedy: 'Send a new ID token of an accepted issuer as `Authorization: Bearer …`.',
    retried: false,
  },
  'not-configured': {
    status: 401,
    title: 'Not authenticated',
    meaning: 'The deployment has no way to tell who calls, so it lets nobody in.',
    remedy:
      'Set `TRAINYARD_AUTH` to `tokens`, or to `platform` behind the invoker check of Cloud Run functions.',
    retried: false,
  },
  'bad-signature': {
    status: 401,
    title: 'Callback not accepted',
    meaning: 'A callback of a trainer has no signature, an old timestamp, or a signature of another key.',
    remedy:
      'Sign with the key that the attempt got as `RUN_SECRET`, and keep the clock within five minutes of the server.',
    retried: false,
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    meaning: 'The caller is known, and has a role that may not do this.',
    remedy: 'Ask an administrator of this Trainyard for the role that the detail names.',
    retried: false,
  },
  'foreign-host': {
    status: 403,
    title: 'Forbidden',
    meaning: 'A server of one machine was called under a name other than `localhost` or `127.0.0.1`.',
    remedy: 'Call it as `localhost` on the same machine; deploy Trainyard to be called from elsewhere.',
    retried: false,
  },
  'foreign-origin': {
    status: 403,
    title: 'Forbidden',
    meaning:
      'A page of another site asked for a change: its browser said so in `Origin` or `Sec-Fetch-Site`.',
    remedy:
      'Name the origin of the page in `TRAINYARD_ALLOWED_ORIGINS` of the deployment, or send the request from a program.',
    retried: false,
  },
  'no-role': {
    status: 403,
    title: 'Forbidden',
    meaning: 'The token is good, and neither its claims nor the configuration give its owner a role.',
    remedy: 'Ask an administrator of this Trainyard for a role.',
    retried: false,
  },
  'foreign-trainer': {
    status: 403,
    title: 'Forbidden',
    meaning: "A callback carries an ID token that is not one of the trainers' service account.",
    remedy: 'Run the trainer as the service account that the deployment names.',
    retried: false,
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    meaning: 'There is no such thing, or the caller is not in a team that may see it.',
    remedy: 'Correct the path, or ask for a team of the model.',
    retried: false,
  },
  'no-evaluation': {
    status: 404,
    title: 'No evaluation',
    meaning:
      'The run has left no evaluation that can be read: it is not completed, its trainer wrote none, or the artifact is gone.',
    remedy: 'Do what the detail says; a run that is not over has its evaluation once it is completed.',
    retried: false,
  },
  'no-artifact': {
    status: 404,
    title: 'No such artifact',
    meaning:
      'The run has left no such file that can be read here: it is not completed, its trainer wrote no manifest, the manifest does not list it, or the file is gone.',
    remedy: 'Do what the detail says; `manifest.json` lists what there is.',
    retried: false,
  },
  'artifact-changed': {
    status: 409,
    title: 'Not the file that is listed',
    meaning:
      'The file in the store of objects has another size than the manifest lists, or than the attached file had: somebody has changed, cut or replaced it there.',
    remedy:
      'Bring the file back from a copy, such as an export of the run; without one, train the run again, or attach the file again with `replace`.',
    retried: false,
  },
  'range-not-satisfiable': {
    status: 416,
    title: 'Range not satisfiable',
    meaning: 'The header `Range` asks for bytes that the file does not have.',
    remedy: 'Ask for bytes within the size that the detail names.',
    retried: false,
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The path exists and has other methods; the header `Allow` lists them.',
    remedy: 'Use one of the methods in `Allow`.',
    retried: false,
  },
  'attachment-exists': {
    status: 409,
    title: 'Another file is attached at this path',
    meaning: 'A file of other content is attached to the run at the path that was given.',
    remedy: 'Send it with `replace=true` (`trainyard attach --replace`), or give it another path.',
    retried: false,
  },
  'too-many-attachments': {
    status: 409,
    title: 'Too many attachments',
    meaning: 'The run has as many attachments as it may have.',
    remedy: 'Remove one, or put several files into an archive.',
    retried: false,
  },
  'newest-version': {
    status: 409,
    title: 'This is the newest version',
    meaning: 'The newest version of a preset stands for the preset and cannot be deleted by itself.',
    remedy: 'Save another version first, or delete the whole preset.',
    retried: false,
  },
  'in-use': {
    status: 409,
    title: 'The preset is in use',
    meaning: 'Runs were made of this version of the preset and could not be explained without it.',
    remedy: 'Leave it; a newer version takes its place for new runs.',
    retried: false,
  },
  'gate-failed': {
    status: 409,
    title: 'A quality gate did not pass',
    meaning: 'A version that missed a quality gate was to be promoted.',
    remedy: 'Train a better version; an administrator may promote this one with `"force": true`.',
    retried: false,
  },
  'in-production': {
    status: 409,
    title: 'This version serves',
    meaning: 'The version that is in production was to be moved to staging.',
    remedy: 'Promote another version to production first.',
    retried: false,
  },
  'nothing-before': {
    status: 409,
    title: 'Nothing to roll back to',
    meaning: 'No version of the model was in production before the one that is there now.',
    remedy: 'Promote a version instead.',
    retried: false,
  },
  'is-repetition': {
    status: 409,
    title: 'This run is a repetition itself',
    meaning: 'Repetitions are not repeated: their seeds were drawn for the run that they repeat.',
    remedy: 'Ask for more repetitions of the run that `repeat.of` names.',
    retried: false,
  },
  'no-quick-test': {
    status: 409,
    title: 'This run is no quick test',
    meaning: 'Only a quick test can be trained on everything: of any other run nothing was left out.',
    remedy:
      'Start a quick test (`quickTest` of the request, `trainyard start --quick`), or start the whole with its specification.',
    retried: false,
  },
  'cannot-retry': {
    status: 409,
    title: 'This run cannot be retried',
    meaning: 'The run has not ended, or it is completed.',
    remedy: 'Cancel a run that is under way first; start a new run after a completed one.',
    retried: false,
  },
  'cannot-change-sweep': {
    status: 409,
    title: 'This sweep cannot be changed so',
    meaning: 'The sweep has ended, is being cancelled, or would be as it is all the same.',
    remedy: 'Do what the detail says: a sweep that has ended goes on once it is extended.',
    retried: false,
  },
  'no-best-trial': {
    status: 409,
    title: 'No trial to retrain',
    meaning: 'No trial of the sweep is completed with a value of its objective.',
    remedy: 'Wait for a trial, or read why they failed in `GET /api/sweeps/{sweepId}/trials`.',
    retried: false,
  },
  'budget-exceeded': {
    status: 409,
    title: 'Budget exceeded',
    meaning:
      'The run would cost more than `compute.maxUsd`, one trial of the sweep more than `budgetUsd`, or either more than a monthly budget has left.',
    remedy: 'Raise the budget that the detail names, wait for the next month, or make the run cheaper.',
    retried: false,
  },
  'too-large': {
    status: 413,
    title: 'Body too large',
    meaning:
      'The body is larger than the server reads, or what it makes, defaults filled in, is larger than a document may be (1 MiB).',
    remedy:
      'A specification names its data and does not hold it: name fewer columns, or shorter lists and texts. Send log lines in smaller parts.',
    retried: false,
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    meaning: 'The body is not sent as JSON, or in an encoding that is not read.',
    remedy: 'Send `content-type: application/json`, as it is or as gzip of at most 64 KB.',
    retried: false,
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'Idempotency key used for another request',
    meaning: 'The same `Idempotency-Key` came with another request within the last seven days.',
    remedy: 'Send a new key with a new request.',
    retried: false,
  },
  internal: {
    status: 500,
    title: 'Internal error',
    meaning: 'The server made a mistake, which its log tells of. Nothing was half-written.',
    remedy: 'Try again; if it stays, look for the entry "a request failed" in the log.',
    retried: true,
  },
  'store-unavailable': {
    status: 503,
    title: 'Store unavailable',
    meaning:
      'What keeps the runs, or their files, cannot be used: it is damaged, locked, full or gone, as the detail says. `/health` says it too.',
    remedy: 'Do what the detail says, then try again after the seconds in `Retry-After`.',
    retried: true,
  },
  'keys-unavailable': {
    status: 503,
    title: 'Keys unavailable',
    meaning: "The keys of the token's issuer could not be read.",
    remedy: 'Try again after the seconds in `Retry-After`.',
    retried: true,
  },
} as const satisfies Record<string, DomainProblem>;

export type DomainCode = keyof typeof TABLE;

/** Status and title are read where errors become HTTP answers, and nowhere else. */
export const DOMAIN_CODES: Readonly<Record<DomainCode, DomainProblem>> = TABLE;
