/** What groups and datasets have in common: attributes. */
import { H5_INDEX_NAME, H5_ITER_INC, NONE } from "./c/constants.ts";
import { Dataspace, elementCount } from "./dataspace.ts";
import { Datatype } from "./datatype.ts";
import { Handle, type HandleKind } from "./handle.ts";
import type { Hdf5Object, Hdf5ReadValue, Hdf5Value } from "./library.ts";
import { cString, type Native } from "./c/native.ts";
import { encodeValue, readElements, stillReferenced } from "./values.ts";

const ATTRIBUTE: HandleKind = {
  noun: "attribute",
  close: (native, id) => native.symbols.H5Aclose(id),
  countedHere: false,
};

class Attribute extends Handle {
  constructor(native: Native, id: bigint) {
    super(native, id, ATTRIBUTE);
  }
}

export abstract class ObjectHandle extends Handle implements Hdf5Object {
  setAttribute(name: string, value: Hdf5Value): void {
    const { native } = this;
    const { symbols, shared } = native;
    const encoded = encodeValue(native, value);
    using space = encoded.shape === null ? null : Dataspace.simple(native, encoded.shape);
    const attempted = `write attribute ${name}`;
    const spaceId = space?.id ?? shared.scalarSpace;
    using attribute = new Attribute(
      native,
      native.checked(
        symbols.H5Acreate2(this.id, cString(name), encoded.typeId, spaceId, shared.utf8Attributes, NONE),
        attempted,
      ),
    );
    native.checked(symbols.H5Awrite(attribute.id, encoded.typeId, encoded.buffer), attempted);
    stillReferenced(encoded);
  }

  attributeNames(): string[] {
    const { native } = this;
    const { symbols } = native;
    const attempted = "list attributes";
    const count = native.checked(symbols.H5Aget_num_attrs(this.id), attempted);
    const here = cString(".");
    return Array.from({ length: count }, (_, index) => {
      return readName(native, attempted, (buffer, size) => {
        const at = BigInt(index);
        return symbols.H5Aget_name_by_idx(this.id, here, H5_INDEX_NAME, H5_ITER_INC, at, buffer, size, NONE);
      });
    });
  }

  readAttribute(name: string, limit: { readonly elementsMax: number }): Hdf5ReadValue {
    const { native } = this;
    const { symbols } = native;
    const attempted = `read attribute ${name}`;
    using attribute = new Attribute(native, native.checked(symbols.H5Aopen(this.id, cString(name), NONE), attempted));
    using space = new Dataspace(native, native.checked(symbols.H5Aget_space(attribute.id), attempted));
    using type = new Datatype(native, native.checked(symbols.H5Aget_type(attribute.id), attempted));
    const shape = space.shape;
    const count = elementCount(shape);
    if (shape === null || count > limit.elementsMax) return null;
    return readElements(native, {
      type,
      scalar: shape.length === 0,
      count,
      fill: (memoryTypeId, buffer) => native.checked(symbols.H5Aread(attribute.id, memoryTypeId, buffer), attempted),
    });
  }
}

/** Reads a name whose length the library reports when it is given no room. */
export function readName(
  native: Native,
  attempted: string,
  call: (buffer: Uint8Array<ArrayBuffer> | null, size: bigint) => bigint,
): string {
  const length = Number(native.checked(call(null, 0n), attempted));
  const buffer = new Uint8Array(length + 1);
  native.checked(call(buffer, BigInt(buffer.length)), attempted);
  return new TextDecoder().decode(buffer.subarray(0, length));
}
