/**
 * What tests have for an MLflow tracking server: its REST API 2.0 as far as runs are told to it, in memory, after
 * `mlflow/protos/service.proto` and `model_registry.proto` and the checks of `mlflow/utils/validation.py` and `mlflow/server/handlers.py`.
 * It is stricter than the real one: fields that the API does not have are refused, and so are points that are written twice, which a real one
 * would keep or pass over, and another status of a run of ours that has ended.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { HttpStandIn } from './httpStandIn.js';
import {
  checkKey,
  checkSource,
  invalid,
  MlflowRefusal,
  requests,
  safePath,
  validLength,
  type LoggedPoint,
  type StoredExperiment,
  type StoredRun,
  type StoredVersion,
  type RequestOf,
} from './mlflowRequests.js';

/** What happens to a request: `drop` breaks the connection before it is heard, `lose` after; `hang` never answers. */
export type Fault =
  { status: number; headers?: Record<string, string>; body?: unknown } | 'drop' | 'lose' | 'hang';

export class MlflowStandIn extends HttpStandIn {
  readonly experiments = new Map<string, StoredExperiment>();
  readonly runs = new Map<string, StoredRun>();
  readonly models = new Map<string, { name: string; tags: Map<string, string> }>();
  readonly versions: StoredVersion[] = [];
  /** By their path in the store of the server. */
  readonly artifacts = new Map<string, { content: Buffer; contentType: string | undefined }>();
  /** `METHOD path` of each request that was heard. */
  readonly requests: string[] = [];
  /** What a request must have in its header; none needs any unless set. */
  authorization: string | undefined;
  servesArtifacts = true;
  hasRegistry = true;
  /** Where the server is mounted: whatever is asked elsewhere meets a page of something else. */
  prefix = '';
  /** What it takes of the value of a parameter. */
  parameterCharacters = 6000;
  /** Where runs have their artifacts, where the server does not take them for its clients. */
  artifactRoot = 's3://bucket';
  fault: (what: string, number: number) => Fault | undefined = () => undefined;
  private ids = 0;

  /** The run that has the tag of a run of ours; fails where several have it, or none. */
  runOf(runId: string): StoredRun {
    const found = [...this.runs.values()].filter(
      ({ tags, isDeleted }) => !isDeleted && tags.get('trainyard.runId') === runId,
    );
    const [run] = found;
    if (!run || found.length > 1) throw new Error(`${found.length} runs have the tag of ${runId}`);
    return run;
  }

  /** The points of a metric, in the order of their steps. */
  points(runId: string, key: string): LoggedPoint[] {
    return this.runOf(runId)
      .points.filter((point) => point.key === key)
      .toSorted((a, b) => a.step - b.step);
  }

  protected async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.endpoint);
    if (!pathname.startsWith(`${this.prefix}/`)) return notFound(response);
    const path = pathname.slice(this.prefix.length);
    const what = `${request.method} ${path.replace(/^\/api\/2\.0\/mlflow(?=\/)/, '')}`;
    const fault = this.fault(what, this.requests.length);
    if (fault === 'drop') return void request.socket.destroy();
    const body = await buffer(request).catch(() => undefined);
    if (!body || fault === 'hang') return;
    this.requests.push(what);
    if (typeof fault === 'object')
      return send(
        response,
        fault.status,
        fault.body ?? { error_code: 'TEMPORARILY_UNAVAILABLE' },
        fault.headers,
      );
    try {
      const answer = this.handle(what, request, { body, query: Object.fromEntries(searchParams) });
      if (fault === 'lose') return void request.socket.destroy();
      send(response, 200, answer);
    } catch (error) {
      if (!(error instanceof MlflowRefusal)) throw error;
      send(response, error.status, { error_code: error.code, message: error.message });
    }
  }

  private handle(
    what: string,
    request: IncomingMessage,
    { body, query }: { body: Buffer; query: Record<string, string> },
  ): unknown {
    if (this.authorization !== undefined && request.headers.authorization !== this.authorization)
      throw new MlflowRefusal(401, 'UNAUTHENTICATED', 'You are not authenticated.');
    const [method] = what.split(' ');
    const [, artifact] = /^PUT \/api\/2\.0\/mlflow-artifacts\/artifacts\/(.+)$/.exec(what) ?? [];
    if (artifact !== undefined)
      return this.putArtifact(decodeURIComponent(artifact), body, request.headers['content-type']);
    const known = Object.hasOwn(requests, what) ? (what as keyof typeof requests) : undefined;
    if (!known) throw new MlflowRefusal(404, 'ENDPOINT_NOT_FOUND', `No API found for '${what}'`);
    // `_validate_content_type`.
    if (method === 'POST' && request.headers['content-type'] !== 'application/json')
      throw invalid('Bad Request. Content-Type must be one of application/json.');
    if (known === 'POST /runs/log-batch') validLength(body);
    const parsed = requests[known].safeParse(method === 'GET' ? query : JSON.parse(body.toString('utf8')));
    if (!parsed.success) throw invalid(parsed.error.message);
    const handlers: { [K in keyof typeof requests]: (sent: RequestOf<K>) => unknown } = {
      'GET /experiments/get-by-name': (sent) => this.experimentByName(sent),
      'POST /experiments/create': (sent) => this.createExperiment(sent),
      'POST /experiments/set-experiment-tag': (sent) => this.setExperimentTag(sent),
      'POST /experiments/delete-experiment-tag': (sent) => this.deleteExperimentTag(sent),
      'POST /runs/create': (sent) => this.createRun(sent),
      'GET /runs/get': ({ run_id: id }) => ({ run: shown(this.run(id)) }),
      'POST /runs/update': (sent) => this.updateRun(sent),
      'POST /runs/delete': ({ run_id: id }) => void (this.run(id).isDeleted = true),
      'POST /runs/search': (sent) => this.searchRuns(sent),
      'POST /runs/log-batch': (sent) => this.logBatch(sent),
      'GET /metrics/get-history': (sent) => this.history(sent),
      'GET /artifacts/list': (sent) => this.listArtifacts(sent),
      'POST /registered-models/create': (sent) => this.createModel(sent),
      'GET /model-versions/search': (sent) => this.searchVersions(sent),
      'POST /model-versions/create': (sent) => this.createVersion(sent),
    };
    return (handlers[known] as (sent: unknown) => unknown)(parsed.data) ?? {};
  }

  private experimentByName({ experiment_name: name }: RequestOf<'GET /experiments/get-by-name'>) {
    const found = [...this.experiments.values()].find((each) => each.name === name);
    if (!found) throw absent(`Could not find experiment with name '${name}'`);
    const { id, isDeleted, tags } = found;
    return {
      experiment: {
        experiment_id: id,
        name,
        lifecycle_stage: isDeleted ? 'deleted' : 'active',
        ...(tags.size > 0 && { tags: pairs(tags) }),
      },
    };
  }

  private createExperiment({ name, tags = [] }: RequestOf<'POST /experiments/create'>) {
    if ([...this.experiments.values()].some((each) => each.name === name))
      throw new MlflowRefusal(400, 'RESOURCE_ALREADY_EXISTS', `Experiment '${name}' already exists.`);
    for (const { key } of tags) checkKey('tag', key);
    const id = String(++this.ids);
    this.experiments.set(id, {
      id,
      name,
      isDeleted: false,
      tags: new Map(tags.map(({ key, value }) => [key, value])),
    });
    return { experiment_id: id };
  }

  private setExperimentTag({
    experiment_id: id,
    key,
    value,
  }: RequestOf<'POST /experiments/set-experiment-tag'>) {
    checkKey('tag', key);
    this.activeExperiment(id).tags.set(key, value);
  }

  private deleteExperimentTag({
    experiment_id: id,
    key,
  }: RequestOf<'POST /experiments/delete-experiment-tag'>) {
    if (!this.activeExperiment(id).tags.delete(key))
      throw absent(`No tag with name: ${key} in experiment with id ${id}`);
  }

  /** `_check_experiment_is_active`. */
  private activeExperiment(id: string): StoredExperiment {
    const experiment = this.experiments.get(id);
    if (!experiment) throw absent(`No Experiment with id=${id} exists`);
    if (experiment.isDeleted) throw invalid(`The experiment ${id} must be in the 'active' state.`);
    return experiment;
  }

  private createRun({
    experiment_id: experimentId,
    run_name: name,
    start_time: startTime,
    tags = [],
  }: RequestOf<'POST /runs/create'>) {
    this.activeExperiment(experimentId);
    for (const { key } of tags) checkKey('tag', key);
    const id = (++this.ids).toString(16).padStart(32, '0');
    const run: StoredRun = {
      id,
      experimentId,
      name: name ?? 'unnamed',
      startTime,
      endTime: undefined,
      status: 'RUNNING',
      isDeleted: false,
      artifactUri: this.servesArtifacts
        ? `mlflow-artifacts:/${experimentId}/${id}/artifacts`
        : `${this.artifactRoot}/${id}/artifacts`,
      params: new Map(),
      tags: new Map(tags.map(({ key, value }) => [key, value])),
      points: [],
    };
    this.runs.set(id, run);
    return { run: shown(run) };
  }

  private run(id: string): StoredRun {
    const run = this.runs.get(id);
    if (!run) throw absent(`Run with id=${id} not found`);
    return run;
  }

  private activeRun(id: string): StoredRun {
    const run = this.run(id);
    if (run.isDeleted) throw invalid(`The run ${id} must be in the 'active' state.`);
    return run;
  }

  private updateRun({
    run_id: id,
    status,
    end_time: endTime,
    run_name: name,
  }: RequestOf<'POST /runs/update'>) {
    const run = this.activeRun(id);
    const isOver = ['FINISHED', 'FAILED', 'KILLED'].includes(run.status) && run.tags.has('trainyard.runId');
    if (isOver && status !== undefined && status !== run.status)
      throw new MlflowRefusal(
        400,
        'INVALID_STATE',
        `The run ${id} is ${run.status}, and cannot become ${status}`,
      );
    run.status = status ?? run.status;
    run.endTime = endTime ?? run.endTime;
    run.name = name ?? run.name;
    return { run_info: shown(run).info };
  }

  private searchRuns({
    experiment_ids: ids,
    filter = '',
    run_view_type: view = 'ACTIVE_ONLY',
    max_results: most = 1000,
  }: RequestOf<'POST /runs/search'>) {
    const [, key = '', value = ''] = /^tags\.`([^`]+)` = '([^']*)'$/.exec(filter) ?? [];
    if (key === '') throw invalid(`Invalid clause(s) in filter string: ${filter}`);
    const found = [...this.runs.values()].filter(
      ({ experimentId, isDeleted, tags }) =>
        ids.includes(experimentId) &&
        (view === 'ALL' || isDeleted === (view === 'DELETED_ONLY')) &&
        tags.get(key) === value,
    );
    return { runs: found.slice(0, most).map(shown) };
  }

  private logBatch({ run_id: id, metrics = [], params = [], tags = [] }: RequestOf<'POST /runs/log-batch'>) {
    const run = this.activeRun(id);
    if (metrics.length + params.length + tags.length > 1000)
      throw invalid('A batch logging request can contain at most 1000 metrics, params, and tags.');
    if (new Set(params.map(({ key }) => key)).size < params.length)
      throw invalid('Duplicate parameter keys have been submitted');
    for (const { key } of [...params, ...tags, ...metrics]) checkKey('key', key);
    const long = params.find(({ value }) => Array.from(value).length > this.parameterCharacters);
    if (long) throw invalid(`Param value '${long.value.slice(0, 250)}' exceeded its length limit`);
    for (const { key, value } of params) {
      const before = run.params.get(key);
      if (before !== undefined && before !== value)
        throw invalid(
          `Changing param values is not allowed. Param with key='${key}' was already logged with value='${before}'`,
        );
      run.params.set(key, value);
    }
    for (const point of metrics) {
      if (
        run.points.some(
          (each) => each.key === point.key && each.step === point.step && each.value === point.value,
        )
      )
        throw new MlflowRefusal(400, 'DOUBLE_POINT', `${point.key} of step ${point.step} was written twice`);
      run.points.push(point);
    }
    for (const { key, value } of tags) run.tags.set(key, value);
    if (tags.some(({ key }) => key === 'mlflow.runName'))
      run.name = run.tags.get('mlflow.runName') ?? run.name;
  }

  private history({
    run_id: id,
    metric_key: key,
    page_token: token = '0',
  }: RequestOf<'GET /metrics/get-history'>) {
    const all = this.run(id).points.filter((point) => point.key === key);
    const from = Number(token);
    const metrics = all.slice(from, from + 3).map(({ timestamp, step, ...point }) => ({
      ...point,
      timestamp: String(timestamp),
      step: String(step),
    }));
    return { metrics, ...(all.length > from + 3 && { next_page_token: String(from + 3) }) };
  }

  private putArtifact(path: string, content: Buffer, contentType: string | undefined) {
    if (!this.servesArtifacts)
      throw new MlflowRefusal(
        503,
        '',
        'Endpoint disabled due to the mlflow server running with `--no-serve-artifacts`. Run `mlflow server` with `--serve-artifacts`',
      );
    this.artifacts.set(safePath(path), { content, contentType });
  }

  private listArtifacts({ run_id: id, path = '' }: RequestOf<'GET /artifacts/list'>) {
    const { experimentId, artifactUri } = this.run(id);
    const root = `${experimentId}/${id}/artifacts/`;
    const folder = path === '' ? '' : `${safePath(path)}/`;
    const below = [...this.artifacts].flatMap(([key, { content }]) =>
      key.startsWith(root + folder)
        ? [{ rest: key.slice((root + folder).length), size: content.length }]
        : [],
    );
    const folders = new Set(
      below.flatMap(({ rest }) => (rest.includes('/') ? (rest.split('/')[0] ?? '') : [])),
    );
    const files = [
      ...below
        .filter(({ rest }) => !rest.includes('/'))
        .map(({ rest, size }) => ({ path: folder + rest, is_dir: false, file_size: String(size) })),
      ...[...folders].map((name) => ({ path: folder + name, is_dir: true })),
    ];
    return { root_uri: artifactUri, ...(files.length > 0 && { files }) };
  }

  private createModel({ name, tags = [] }: RequestOf<'POST /registered-models/create'>) {
    this.needRegistry();
    if (this.models.has(name))
      throw new MlflowRefusal(
        400,
        'RESOURCE_ALREADY_EXISTS',
        `Registered Model (name=${name}) already exists.`,
      );
    this.models.set(name, { name, tags: new Map(tags.map(({ key, value }) => [key, value])) });
    return { registered_model: { name } };
  }

  private searchVersions({ filter = '' }: RequestOf<'GET /model-versions/search'>) {
    this.needRegistry();
    const [, runId] = /^run_id='([^']*)'$/.exec(filter) ?? [];
    if (runId === undefined) throw invalid(`Invalid filter string: ${filter}`);
    return { model_versions: this.versions.filter((version) => version.run_id === runId) };
  }

  private createVersion({
    name,
    source,
    run_id: runId,
    tags = [],
  }: RequestOf<'POST /model-versions/create'>) {
    this.needRegistry();
    if (!this.models.has(name)) throw absent(`Registered Model with name=${name} not found`);
    checkSource(source, runId === undefined ? undefined : this.run(runId).artifactUri);
    for (const { key } of tags) checkKey('tag', key);
    const version = String(this.versions.filter((each) => each.name === name).length + 1);
    this.versions.push({ name, version, source, run_id: runId ?? '', tags });
    return { model_version: { name, version } };
  }

  private needRegistry(): void {
    if (!this.hasRegistry)
      throw new MlflowRefusal(400, 'FEATURE_DISABLED', 'Model registry functionality is unavailable.');
  }
}

function pairs(map: ReadonlyMap<string, string>): { key: string; value: string }[] {
  return [...map].map(([key, value]) => ({ key, value }));
}

function shown(run: StoredRun) {
  const latest = new Map(run.points.toSorted((a, b) => a.step - b.step).map((point) => [point.key, point]));
  return {
    info: {
      run_id: run.id,
      run_uuid: run.id,
      run_name: run.name,
      experiment_id: run.experimentId,
      status: run.status,
      start_time: String(run.startTime),
      artifact_uri: run.artifactUri,
      lifecycle_stage: run.isDeleted ? 'deleted' : 'active',
    },
    data: {
      ...(latest.size > 0 && { metrics: [...latest.values()] }),
      ...(run.params.size > 0 && { params: pairs(run.params) }),
      ...(run.tags.size > 0 && { tags: pairs(run.tags) }),
    },
  };
}

function absent(message: string): MlflowRefusal {
  return new MlflowRefusal(404, 'RESOURCE_DOES_NOT_EXIST', message);
}

/** What Flask, or a proxy, answers of an address that nobody serves. */
function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/html' }).end('<!doctype html><title>404 Not Found</title>');
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
