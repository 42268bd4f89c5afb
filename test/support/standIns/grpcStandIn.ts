/** A server of Google's services, made of the protos that ship with their clients: what the clients send and get is the real thing. */
import { Metadata, Server, ServerCredentials, credentials, type ServerUnaryCall } from '@grpc/grpc-js';
import { createRequire } from 'node:module';
import protobuf from 'protobufjs';

/** How a call fails. `reason` is that of `google.rpc.ErrorInfo`, which comes along in the trailers. */
export interface GrpcFailure {
  code: number;
  message: string;
  reason?: string;
}

export type Message = Record<string, unknown>;
/** Answers a call; what it throws as a `StandInError` the client gets as its status. */
export type Handlers = Readonly<Record<string, (request: Message) => Message | Promise<Message>>>;

export class StandInError extends Error {
  constructor(readonly failure: GrpcFailure) {
    super(failure.message);
  }
}

/** An answer that never comes. */
export const NEVER = new Promise<never>(() => {});

export interface GrpcStandIn {
  root: protobuf.Root;
  /** What a client has to be given to speak to it. */
  client: { apiEndpoint: string; port: number; sslCreds: ReturnType<typeof credentials.createInsecure> };
  /** `google.protobuf.Any` of a message of these protos. */
  any(type: string, message: Message): Message;
  close(): void;
}

const require = createRequire(import.meta.url);
const detailsRoot = protobuf.parse(
  `syntax = "proto3"; package google.rpc;
   message Any { string type_url = 1; bytes value = 2; }
   message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
   message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }`,
).root;

/** By the path of their module: reading those of a large API takes as long as a hundred calls. */
const roots = new Map<string, protobuf.Root>();

function rootOf(protos: string): protobuf.Root {
  const known = roots.get(protos);
  if (known) return known;
  const root = protobuf.Root.fromJSON(require(protos) as protobuf.INamespace);
  roots.set(protos, root);
  return root;
}

/** Serves the services of `protos` (a module path of a `protos.json`) by full name. */
export async function startGrpcStandIn(
  protos: string,
  services: Readonly<Record<string, Handlers>>,
): Promise<GrpcStandIn> {
  const root = rootOf(protos);
  const server = new Server();
  for (const [name, handlers] of Object.entries(services)) {
    const service = root.lookupService(name);
    const definition: Record<string, object> = {};
    const implementation: Record<string, (call: ServerUnaryCall<Message, Message>, done: Done) => void> = {};
    for (const [method, handler] of Object.entries(handlers)) {
      definition[method] = methodDefinition(root, service, method);
      implementation[method] = (call, done) => void answer(handler, call.request, done);
    }
    server.addService(definition as never, implementation);
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    root,
    client: { apiEndpoint: '127.0.0.1', port, sslCreds: credentials.createInsecure() },
    any(type, message) {
      const known = root.lookupType(type);
      const value = known.encode(known.fromObject(message)).finish();
      return { type_url: `type.googleapis.com/${type}`, value };
    },
    close: () => server.forceShutdown(),
  };
}

type Done = (error: object | null, response?: Message) => void;

async function answer(handler: Handlers[string], request: Message, done: Done): Promise<void> {
  try {
    done(null, await handler(request));
  } catch (error) {
    const failure = error instanceof StandInError ? error.failure : { code: 13, message: String(error) };
    done({ code: failure.code, details: failure.message, metadata: trailers(failure) });
  }
}

function trailers({ code, message, reason }: GrpcFailure): Metadata {
  const metadata = new Metadata();
  if (reason === undefined) return metadata;
  const info = detailsRoot.lookupType('google.rpc.ErrorInfo');
  const status = detailsRoot.lookupType('google.rpc.Status');
  const value = info.encode(info.fromObject({ reason, domain: 'googleapis.com' })).finish();
  const details = [{ typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo', value }];
  const bytes = status.encode(status.fromObject({ code, message, details })).finish();
  metadata.set('grpc-status-details-bin', Buffer.from(bytes));
  return metadata;
}

function methodDefinition(root: protobuf.Root, service: protobuf.Service, name: string): object {
  const method = service.methods[name];
  if (!method) throw new RangeError(`${service.fullName} has no method ${name}`);
  const [request, response] = [root.lookupType(method.requestType), root.lookupType(method.responseType)];
  return {
    path: `/${service.fullName.replace(/^\./, '')}/${name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: (message: Message) => Buffer.from(request.encode(request.fromObject(message)).finish()),
    requestDeserialize: (bytes: Buffer) =>
      request.toObject(request.decode(bytes), { enums: String, longs: Number }),
    responseSerialize: (message: Message) =>
      Buffer.from(response.encode(response.fromObject(message)).finish()),
    responseDeserialize: (bytes: Buffer) => response.toObject(response.decode(bytes)),
  };
}
