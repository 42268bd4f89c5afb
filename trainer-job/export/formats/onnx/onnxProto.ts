/**
 * What of the published onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3, Apache-2.0) a model here is made of:
 * names and numbers of fields are as there.
 */
import protobuf from 'protobufjs';

const { root } = protobuf.parse(
  `syntax = "proto3";
package onnx;

message AttributeProto {
  string name = 1;
  int32 type = 20;
  float f = 2;
  int64 i = 3;
  bytes s = 4;
  GraphProto g = 6;
  repeated int64 ints = 8;
  repeated bytes strings = 9;
}
message ValueInfoProto {
  string name = 1;
  TypeProto type = 2;
  string doc_string = 3;
}
message NodeProto {
  repeated string input = 1;
  repeated string output = 2;
  string name = 3;
  string op_type = 4;
  string domain = 7;
  repeated AttributeProto attribute = 5;
}
message ModelProto {
  int64 ir_version = 1;
  repeated OperatorSetIdProto opset_import = 8;
  string producer_name = 2;
  string doc_string = 6;
  GraphProto graph = 7;
  repeated StringStringEntryProto metadata_props = 14;
}
message StringStringEntryProto {
  string key = 1;
  string value = 2;
}
message GraphProto {
  repeated NodeProto node = 1;
  string name = 2;
  repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12;
}
message TensorProto {
  repeated int64 dims = 1;
  int32 data_type = 2;
  repeated bytes string_data = 6;
  string name = 8;
  bytes raw_data = 9;
  repeated StringStringEntryProto external_data = 13;
  int32 data_location = 14;
}
message TensorShapeProto {
  message Dimension {
    oneof value {
      int64 dim_value = 1;
      string dim_param = 2;
    }
  }
  repeated Dimension dim = 1;
}
message TypeProto {
  message Tensor {
    int32 elem_type = 1;
    TensorShapeProto shape = 2;
  }
  oneof value {
    Tensor tensor_type = 1;
  }
}
message OperatorSetIdProto {
  string domain = 1;
  int64 version = 2;
}`,
  { keepCase: true },
);
const model = root.lookupType('onnx.ModelProto');

/** Numbers of `TensorProto.DataType`. */
export const DATA_TYPES = { float32: 1, int32: 6, int64: 7, string: 8, bool: 9, float64: 11 } as const;
export type ElementType = keyof typeof DATA_TYPES;

/** Numbers of `AttributeProto.AttributeType`. */
export const ATTRIBUTE_TYPES = { f: 1, i: 2, s: 3, g: 5, ints: 7, strings: 8 } as const;

/** The number of `TensorProto.DataLocation` for values that lie in a file beside the model. */
export const EXTERNAL = 1;

export interface AttributeProto {
  name: string;
  type: number;
  f?: number;
  i?: number;
  s?: Uint8Array;
  g?: GraphProto;
  ints?: readonly number[];
  strings?: readonly Uint8Array[];
}

interface NodeProto {
  input: readonly string[];
  output: readonly string[];
  name: string;
  op_type: string;
  domain: string;
  attribute: readonly AttributeProto[];
}

/** A dimension is a number or the name of one that each call decides. */
export type Dimension = number | string;

export interface ValueInfoProto {
  name: string;
  type: {
    tensor_type: {
      elem_type: number;
      shape: { dim: readonly ({ dim_value: number } | { dim_param: string })[] };
    };
  };
  doc_string?: string;
}

export interface TensorProto {
  dims: readonly number[];
  data_type: number;
  name: string;
  string_data?: readonly Uint8Array[];
  raw_data?: Uint8Array;
  external_data?: readonly { key: string; value: string }[];
  data_location?: number;
}

export interface GraphProto {
  name: string;
  node: NodeProto[];
  initializer: TensorProto[];
  input: ValueInfoProto[];
  output: ValueInfoProto[];
}

export interface ModelProto {
  ir_version: number;
  opset_import: readonly { domain: string; version: number }[];
  producer_name: string;
  doc_string: string;
  graph: GraphProto;
  metadata_props: readonly { key: string; value: string }[];
}

/** The model as the bytes of a file. */
export function encodeModel(message: ModelProto): Uint8Array {
  return model.encode(message).finish();
}

export function valueInfo(
  name: string,
  type: ElementType,
  dims: readonly Dimension[],
  description?: string,
): ValueInfoProto {
  const dim = dims.map((size) => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }));
  return {
    name,
    type: { tensor_type: { elem_type: DATA_TYPES[type], shape: { dim } } },
    ...(description !== undefined && { doc_string: description }),
  };
}
