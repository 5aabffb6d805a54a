/** A datatype: how one element is stored. */
import {
  H5T_CSET_UTF8,
  H5T_FLOAT,
  H5T_INTEGER,
  H5T_ORDER_BE,
  H5T_SGN_NONE,
  H5T_STR_NULLPAD,
  H5T_STR_SPACEPAD,
  H5T_STRING,
  H5T_VARIABLE,
  TYPE_CLASSES,
} from "./c/constants.ts";
import { Hdf5Error } from "./error.ts";
import { Handle, type HandleKind } from "./handle.ts";
import type { Hdf5Type } from "./library.ts";
import type { GlobalName, Native } from "./c/native.ts";

const KIND: HandleKind = { noun: "datatype", close: (native, id) => native.symbols.H5Tclose(id), countedHere: false };

export class Datatype extends Handle {
  constructor(native: Native, id: bigint) {
    super(native, id, KIND);
  }

  /** @throws Hdf5Error for the class "other" */
  static of(native: Native, type: Hdf5Type): Datatype {
    if (type.class === "text") return type.size === "variable" ? variableText(native) : fixedText(native, type.size);
    const id = native.symbols.H5Tcopy(numberTypeId(native, type));
    return new Datatype(native, native.checked(id, `make a datatype of class ${type.class}`));
  }

  describe(): Hdf5Type {
    const { symbols } = this.native;
    const attempted = "read a datatype";
    const typeClass = this.native.checked(symbols.H5Tget_class(this.id), attempted);
    const size = Number(symbols.H5Tget_size(this.id));
    if (typeClass === H5T_STRING) return { class: "text", size: this.#isVariableText() ? "variable" : size };
    const order = symbols.H5Tget_order(this.id) === H5T_ORDER_BE ? "big" : "little";
    if (typeClass === H5T_INTEGER && (size === 1 || size === 2 || size === 4 || size === 8)) {
      return { class: "integer", size, signed: symbols.H5Tget_sign(this.id) !== H5T_SGN_NONE, order };
    }
    if (typeClass === H5T_FLOAT && (size === 4 || size === 8)) return { class: "float", size, order };
    return { class: "other", name: TYPE_CLASSES[typeClass] ?? `class ${typeClass}`, size };
  }

  /** Whether a text of fixed size is filled up with spaces, as Fortran does. */
  get isSpacePadded(): boolean {
    return this.native.symbols.H5Tget_strpad(this.id) === H5T_STR_SPACEPAD;
  }

  #isVariableText(): boolean {
    return this.native.checked(this.native.symbols.H5Tis_variable_str(this.id), "read a datatype") > 0;
  }
}

/** A predefined id, which nobody closes. */
export function numberTypeId(native: Native, type: Hdf5Type): bigint {
  if (type.class !== "integer" && type.class !== "float") {
    throw new Hdf5Error(`Cannot make a datatype of class ${type.class === "other" ? type.name : type.class}`);
  }
  const order = type.order === "big" ? "BE" : "LE";
  const kind = type.class === "float" ? "IEEE_F" : type.signed ? "STD_I" : "STD_U";
  return native.globals[`H5T_${kind}${type.size * 8}${order}_g` as GlobalName];
}

function variableText(native: Native): Datatype {
  return copyOfText(native, (id, symbols) => {
    native.checked(symbols.H5Tset_size(id, H5T_VARIABLE), "make a text type of variable size");
    native.checked(symbols.H5Tset_cset(id, H5T_CSET_UTF8), "make a text type of UTF-8");
  });
}

function fixedText(native: Native, size: number): Datatype {
  return copyOfText(native, (id, symbols) => {
    native.checked(symbols.H5Tset_size(id, BigInt(size)), `make a text type of ${size} bytes`);
    native.checked(symbols.H5Tset_strpad(id, H5T_STR_NULLPAD), "make a text type without terminator");
  });
}

function copyOfText(native: Native, setUp: (id: bigint, symbols: Native["symbols"]) => void): Datatype {
  const { symbols, globals } = native;
  const type = new Datatype(native, native.checked(symbols.H5Tcopy(globals.H5T_C_S1_g), "make a text type"));
  try {
    setUp(type.id, symbols);
    return type;
  } catch (error) {
    type[Symbol.dispose]();
    throw error;
  }
}
