/**
 * The messages of a SavedModel, of TensorFlow's published .proto files (Apache 2.0, https://github.com/tensorflow/tensorflow, folders
 * tensorflow/core/framework and tensorflow/core/protobuf) without the fields that nothing here writes. Numbers of fields never change.
 */
import protobuf from 'protobufjs';
import type { DataType } from '../graph/graph.js';

const PROTO = `
syntax = "proto3";
package tensorflow;

enum DataType {
  DT_INVALID = 0;
  DT_FLOAT = 1;
  DT_DOUBLE = 2;
  DT_INT32 = 3;
  DT_STRING = 7;
  DT_INT64 = 9;
  DT_BOOL = 10;
  DT_RESOURCE = 20;
}

message TensorShapeProto {
  message Dim {
    int64 size = 1;
    string name = 2;
  }
  repeated Dim dim = 2;
  bool unknown_rank = 3;
}

message TensorProto {
  DataType dtype = 1;
  TensorShapeProto tensor_shape = 2;
  int32 version_number = 3;
  bytes tensor_content = 4;
  repeated bytes string_val = 8;
}

message AttrValue {
  message ListValue {
    repeated int64 i = 3 [packed = true];
    repeated DataType type = 6 [packed = true];
  }
  oneof value {
    bytes s = 2;
    int64 i = 3;
    float f = 4;
    bool b = 5;
    DataType type = 6;
    TensorShapeProto shape = 7;
    TensorProto tensor = 8;
    ListValue list = 1;
  }
}

message NodeDef {
  string name = 1;
  string op = 2;
  repeated string input = 3;
  string device = 4;
  map<string, AttrValue> attr = 5;
}

message VersionDef {
  int32 producer = 1;
  int32 min_consumer = 2;
}

message GraphDef {
  repeated NodeDef node = 1;
  VersionDef versions = 4;
}

message TensorInfo {
  oneof encoding {
    string name = 1;
  }
  DataType dtype = 2;
  TensorShapeProto tensor_shape = 3;
}

message SignatureDef {
  map<string, TensorInfo> inputs = 1;
  map<string, TensorInfo> outputs = 2;
  string method_name = 3;
}

message CollectionDef {
  message NodeList {
    repeated string value = 1;
  }
  oneof kind {
    NodeList node_list = 1;
  }
}

message SaverDef {
  string filename_tensor_name = 1;
  string save_tensor_name = 2;
  string restore_op_name = 3;
  int32 max_to_keep = 4;
  bool sharded = 5;
  float keep_checkpoint_every_n_hours = 6;
  enum CheckpointFormatVersion {
    LEGACY = 0;
    V1 = 1;
    V2 = 2;
  }
  CheckpointFormatVersion version = 7;
}

message MetaGraphDef {
  message MetaInfoDef {
    string meta_graph_version = 1;
    repeated string tags = 4;
    string tensorflow_version = 5;
  }
  MetaInfoDef meta_info_def = 1;
  GraphDef graph_def = 2;
  SaverDef saver_def = 3;
  map<string, CollectionDef> collection_def = 4;
  map<string, SignatureDef> signature_def = 5;
}

message BundleHeaderProto {
  int32 num_shards = 1;
  VersionDef version = 3;
}

message BundleEntryProto {
  DataType dtype = 1;
  TensorShapeProto shape = 2;
  int32 shard_id = 3;
  int64 offset = 4;
  int64 size = 5;
  fixed32 crc32c = 6;
}

message SavedModel {
  int64 saved_model_schema_version = 1;
  repeated MetaGraphDef meta_graphs = 2;
}
`;

export interface ShapeMessage {
  dim: { size: number }[];
}

export interface TensorMessage {
  dtype: number;
  tensorShape: ShapeMessage;
  tensorContent?: Uint8Array;
  stringVal?: Uint8Array[];
}

export type AttributeMessage =
  | { s: Uint8Array }
  | { i: number }
  | { b: boolean }
  | { type: number }
  | { shape: ShapeMessage }
  | { tensor: TensorMessage }
  | { list: { i: readonly number[] } | { type: readonly number[] } };

export interface NodeMessage {
  name: string;
  op: string;
  input: readonly string[];
  attr: Record<string, AttributeMessage>;
}

export interface TensorInfoMessage {
  name: string;
  dtype: number;
  tensorShape: ShapeMessage;
}

export interface SignatureMessage {
  inputs: Record<string, TensorInfoMessage>;
  outputs: Record<string, TensorInfoMessage>;
  methodName: string;
}

/** Of a tensor in a bundle of one shard. */
export interface EntryMessage {
  dtype: number;
  shape: ShapeMessage;
  /** In bytes. */
  offset: number;
  size: number;
  /** Masked. */
  crc32c: number;
}

export interface SavedModelMessage {
  savedModelSchemaVersion: number;
  metaGraphs: {
    metaInfoDef: { tags: string[]; tensorflowVersion: string };
    graphDef: { node: NodeMessage[]; versions: { producer: number; minConsumer: number } };
    saverDef?: {
      filenameTensorName: string;
      saveTensorName: string;
      restoreOpName: string;
      maxToKeep: number;
      version: number;
    };
    collectionDef: Record<string, { nodeList: { value: string[] } }>;
    signatureDef: Record<string, SignatureMessage>;
  }[];
}

const { root } = protobuf.parse(PROTO);
const savedModel = root.lookupType('tensorflow.SavedModel');
const bundleHeader = root.lookupType('tensorflow.BundleHeaderProto');
const bundleEntry = root.lookupType('tensorflow.BundleEntryProto');

/** Weights are copied once, into the bytes. */
export function savedModelBytes(message: SavedModelMessage): Uint8Array {
  return savedModel.encode(message).finish();
}

/** Of a bundle of one shard, little-endian. */
export function headerBytes(): Uint8Array {
  return bundleHeader.encode({ numShards: 1, version: { producer: 1 } }).finish();
}

export function entryBytes(message: EntryMessage): Uint8Array {
  return bundleEntry.encode(message).finish();
}

/** The number of a type in messages. */
export function numberOfType(type: DataType): number {
  const number = root.lookupEnum('tensorflow.DataType').values[type];
  if (number === undefined) throw new Error(`TensorFlow has no ${type}`);
  return number;
}
