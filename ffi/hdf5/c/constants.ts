/** Constants of HDF5's headers, 1.10 to 1.14; each has the value of its C name. */

// H5Fpublic.h
export const H5F_ACC_RDONLY = 0;
export const H5F_ACC_EXCL = 4;
export const H5F_SCOPE_LOCAL = 0;
/** Files, datasets, groups, datatypes and attributes. */
export const H5F_OBJ_ALL = 0x1f;
/** Readable by HDF5 1.8 and newer, with the compact groups of that version. */
export const H5F_LIBVER_V18 = 1;
export const H5F_LIBVER_V110 = 2;
/** Closing a file closes all that is open in it: nothing left open keeps the file from being complete. */
export const H5F_CLOSE_STRONG = 3;

/** Where a superblock of version 2 or 3 keeps its version and the file's length (File Format Specification, II.A). */
export const SUPERBLOCK_BYTES = 48;
export const SUPERBLOCK_VERSION_AT = 8;
export const SUPERBLOCK_END_AT = 28;

// H5Dpublic.h
export const H5D_COMPACT = 0;
export const H5D_CONTIGUOUS = 1;
export const H5D_ALLOC_TIME_EARLY = 1;
export const H5D_FILL_TIME_NEVER = 1;

// H5Zpublic.h: a chunk may be written without a filter that the library lacks.
export const H5Z_FLAG_OPTIONAL = 1;

// H5public.h
/** What H5Dget_offset gives where there is no offset: (haddr_t) -1. */
export const HADDR_UNDEF = 0xffff_ffff_ffff_ffffn;
export const H5_INDEX_NAME = 0;
export const H5_ITER_INC = 0;

// H5Spublic.h
export const H5S_ALL = 0n;
export const H5S_SCALAR = 0;
export const H5S_NULL = 2;
export const H5S_SELECT_SET = 0;

// H5Tpublic.h
export const H5T_VARIABLE = 0xffff_ffff_ffff_ffffn;
export const H5T_CSET_UTF8 = 1;
export const H5T_STR_NULLPAD = 1;
export const H5T_STR_SPACEPAD = 2;
export const H5T_SGN_NONE = 0;
export const H5T_ORDER_BE = 1;
export const H5T_INTEGER = 0;
export const H5T_FLOAT = 1;
export const H5T_STRING = 3;
/** The names of H5T_class_t in its order, as a person reads them. */
export const TYPE_CLASSES = [
  "integer",
  "float",
  "time",
  "text",
  "bit field",
  "opaque",
  "compound",
  "reference",
  "enumeration",
  "list of variable length",
  "array",
] as const;

// H5Lpublic.h
export const H5L_TYPE_HARD = 0;
export const H5L_TYPE_SOFT = 1;
export const H5L_TYPE_EXTERNAL = 64;
/** sizeof(H5L_info_t), offsets of type and address in it. */
export const LINK_INFO_BYTES = 40;
export const LINK_INFO_TYPE_AT = 0;
export const LINK_INFO_ADDRESS_AT = 24;

// H5Gpublic.h: sizeof(H5G_info_t) and where nlinks is in it.
export const GROUP_INFO_BYTES = 40;
export const GROUP_INFO_LINKS_AT = 8;

// H5Ipublic.h
export const H5I_GROUP = 2;
export const H5I_DATASET = 5;

// H5Epublic.h
export const H5E_DEFAULT = 0n;
/** From the function that was called down to where it went wrong. */
export const H5E_WALK_DOWNWARD = 1;
/** Where H5E_error2_t keeps its text. */
export const ERROR_DESCRIPTION_AT = 48;

/** H5P_DEFAULT, and any hid_t that is absent. */
export const NONE = 0n;
