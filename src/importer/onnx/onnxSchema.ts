import protobuf from "protobufjs/light.js";

const field = (id: number, type: string) => ({ id, type });
const repeated = (id: number, type: string) => ({ id, type, rule: "repeated" });

/** The messages of onnx.proto3 (package onnx, Apache-2.0) that a written model needs, with the published field numbers. */
const schema = {
  nested: {
    onnx: {
      nested: {
        ModelProto: {
          fields: {
            irVersion: field(1, "int64"),
            producerName: field(2, "string"),
            graph: field(7, "GraphProto"),
            opsetImport: repeated(8, "OperatorSetIdProto"),
          },
        },
        OperatorSetIdProto: { fields: { domain: field(1, "string"), version: field(2, "int64") } },
        GraphProto: {
          fields: {
            node: repeated(1, "NodeProto"),
            name: field(2, "string"),
            initializer: repeated(5, "TensorProto"),
            input: repeated(11, "ValueInfoProto"),
            output: repeated(12, "ValueInfoProto"),
          },
        },
        NodeProto: {
          fields: {
            input: repeated(1, "string"),
            output: repeated(2, "string"),
            name: field(3, "string"),
            opType: field(4, "string"),
            attribute: repeated(5, "AttributeProto"),
          },
        },
        AttributeProto: {
          fields: {
            name: field(1, "string"),
            f: field(2, "float"),
            i: field(3, "int64"),
            ints: repeated(8, "int64"),
            type: field(20, "int32"),
          },
        },
        TensorProto: {
          fields: {
            dims: repeated(1, "int64"),
            dataType: field(2, "int32"),
            name: field(8, "string"),
            rawData: field(9, "bytes"),
          },
        },
        ValueInfoProto: { fields: { name: field(1, "string"), type: field(2, "TypeProto") } },
        TypeProto: { fields: { tensorType: field(1, "TensorTypeProto") } },
        TensorTypeProto: { fields: { elemType: field(1, "int32"), shape: field(2, "TensorShapeProto") } },
        TensorShapeProto: { fields: { dim: repeated(1, "DimensionProto") } },
        DimensionProto: { fields: { dimValue: field(1, "int64") } },
      },
    },
  },
};

type MessageName = keyof typeof schema.nested.onnx.nested;

const root = protobuf.Root.fromJSON(schema);

/** Bytes of one message. */
export const encodeMessage = (name: MessageName, value: Readonly<Record<string, unknown>>): Uint8Array => {
  const type = root.lookupType(`onnx.${name}`);
  return type.encode(type.fromObject(value)).finish();
};

/** Values of AttributeProto.AttributeType. */
export const attributeTypes = { float: 1, int: 2, ints: 7 } as const;

/** Values of TensorProto.DataType. */
export const dataTypes = { float32: 1, int64: 7, float16: 10 } as const;

/** Tag and length in front of a length-delimited field (wire type 2), so that large bytes need not pass through the encoder. */
export const fieldHeader = (message: MessageName, name: string, byteLength: number): Uint8Array => {
  const { id } = root.lookupType(`onnx.${message}`).get(name) as protobuf.Field;
  return protobuf.Writer.create()
    .uint32((id << 3) | 2)
    .uint32(byteLength)
    .finish();
};
