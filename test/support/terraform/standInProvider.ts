/**
 * Stands in for hashicorp/google where no provider can be downloaded: it knows the provider's schema, which is all that `terraform
 * validate` asks for, and `terraform test` with mocked providers. Terraform reaches it as it reaches one under a debugger.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** `string`, `set(string) required`, `string computed`. */
type AttributeText = string;
interface Block {
  /** How often, of a nested one: `list`, `list one`, `set required`. */
  block?: string;
  [name: string]: AttributeText | Block | undefined;
}
interface ProviderSchema {
  resources: Record<string, Block>;
  data: Record<string, Block>;
}

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const SOURCES = ['registry.terraform.io/hashicorp/google', 'registry.terraform.io/hashicorp/google-beta'];
const PROVIDER: Block = {
  project: 'string',
  region: 'string',
  billing_project: 'string',
  user_project_override: 'bool',
};

/** The providers' schema as the protocol has it. */
async function readSchema(): Promise<ProviderSchema> {
  return JSON.parse(await readFile(file('googleProvider-6.50.0.json'), 'utf8')) as ProviderSchema;
}

/** Serves until it is closed. `environment` is what tells Terraform of it. */
export async function startStandInProvider(): Promise<{
  environment: Record<string, string>;
  close(): void;
}> {
  const { resources, data } = await readSchema();
  const schema = {
    provider: { version: 0, block: blockOf(PROVIDER) },
    resource_schemas: schemasOf(resources),
    data_source_schemas: schemasOf(data),
  };
  const server = new grpc.Server();
  const nothingWrong: grpc.handleUnaryCall<unknown, object> = (_call, answer) =>
    answer(null, { diagnostics: [] });
  server.addService(protocol(), {
    GetSchema: ((_call, answer) => answer(null, schema)) satisfies grpc.handleUnaryCall<unknown, object>,
    PrepareProviderConfig: ((call, answer) =>
      answer(null, { prepared_config: call.request.config })) satisfies grpc.handleUnaryCall<
      { config: unknown },
      object
    >,
    ValidateResourceTypeConfig: nothingWrong,
    ValidateDataSourceConfig: nothingWrong,
    Stop: nothingWrong,
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const reattach = {
    Protocol: 'grpc',
    ProtocolVersion: 5,
    Pid: process.pid,
    Test: true,
    Addr: { Network: 'tcp', String: `127.0.0.1:${port}` },
  };
  return {
    environment: {
      TF_REATTACH_PROVIDERS: JSON.stringify(Object.fromEntries(SOURCES.map((name) => [name, reattach]))),
    },
    close: () => server.forceShutdown(),
  };
}

function protocol(): grpc.ServiceDefinition {
  const { tfplugin5 } = grpc.loadPackageDefinition(
    loadSync(file('tfplugin5.proto'), { keepCase: true, longs: Number, enums: String, defaults: true }),
  );
  return (tfplugin5 as unknown as { Provider: grpc.ServiceClientConstructor }).Provider.service;
}

function schemasOf(blocks: Record<string, Block>) {
  return Object.fromEntries(
    Object.entries(blocks).map(([name, block]) => [name, { version: 0, block: blockOf(block) }]),
  );
}

function blockOf({ block: _nesting, ...members }: Block): object {
  const entries = Object.entries(members);
  return {
    attributes: entries.flatMap(([name, text]) => (typeof text === 'string' ? attributeOf(name, text) : [])),
    block_types: entries.flatMap(([name, inner]) => (typeof inner === 'object' ? nestedOf(name, inner) : [])),
  };
}

function attributeOf(name: string, text: AttributeText) {
  const [, type = '', element, , kind] = /^(\w+)(?:\((\w+)\))?( (\w+))?$/.exec(text) ?? [];
  const required = kind === 'required';
  return {
    name,
    type: Buffer.from(JSON.stringify(element ? [type, element] : type)),
    required,
    optional: kind === undefined,
    // Which optional ones the provider fills in is not known of each: it may be any.
    computed: !required,
  };
}

function nestedOf(name: string, inner: Block) {
  const [nesting = 'list', ...limits] = (inner.block ?? 'list').split(' ');
  return {
    type_name: name,
    block: blockOf(inner),
    nesting: nesting.toUpperCase(),
    min_items: limits.includes('required') ? 1 : 0,
    max_items: limits.includes('one') ? 1 : 0,
  };
}
