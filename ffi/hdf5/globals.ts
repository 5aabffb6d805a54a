/** The ids that HDF5 keeps in variables: predefined datatypes and classes of property lists. */

const NAMES = [
  "H5T_C_S1_g",
  "H5T_STD_I8LE_g",
  "H5T_STD_I16LE_g",
  "H5T_STD_I32LE_g",
  "H5T_STD_I64LE_g",
  "H5T_STD_I8BE_g",
  "H5T_STD_I16BE_g",
  "H5T_STD_I32BE_g",
  "H5T_STD_I64BE_g",
  "H5T_STD_U8LE_g",
  "H5T_STD_U16LE_g",
  "H5T_STD_U32LE_g",
  "H5T_STD_U64LE_g",
  "H5T_STD_U8BE_g",
  "H5T_STD_U16BE_g",
  "H5T_STD_U32BE_g",
  "H5T_STD_U64BE_g",
  "H5T_IEEE_F32LE_g",
  "H5T_IEEE_F64LE_g",
  "H5T_IEEE_F32BE_g",
  "H5T_IEEE_F64BE_g",
  "H5P_CLS_FILE_ACCESS_ID_g",
  "H5P_CLS_GROUP_CREATE_ID_g",
  "H5P_CLS_DATASET_CREATE_ID_g",
  "H5P_CLS_DATASET_XFER_ID_g",
  "H5P_CLS_ATTRIBUTE_CREATE_ID_g",
  "H5P_CLS_LINK_CREATE_ID_g",
] as const;

export type GlobalName = typeof NAMES[number];
export type Globals = Readonly<Record<GlobalName, bigint>>;

/** Each `hid_t NAME;` of H5Tpublic.h and H5Ppublic.h as Deno's interface wants it. */
export const GLOBALS = Object.fromEntries(NAMES.map((name) => [name, { type: "i64" }])) as Record<
  GlobalName,
  { type: "i64" }
>;
