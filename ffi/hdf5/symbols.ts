/** The functions of HDF5 that pewatch calls: only the table, each parameter with its C declaration. */

// hid_t is 64 bits wide since HDF5 1.10; an earlier library would misread every call, so the version is checked first.
const hid_t = "i64";
const herr_t = "i32";
const htri_t = "i32";
const int = "i32";
const unsigned = "u32";
/** Every enumeration is an int. */
const enumeration = "i32";
const hbool_t = "u8";
const hsize_t = "u64";
const haddr_t = "u64";
const size_t = "usize";
const ssize_t = "isize";
/** long on Windows, 64 bits elsewhere: a value below 2^31 is passed alike. */
const off_t = "i64";
/** Memory that JavaScript owns; null where the function allows it. */
const memory = "buffer";
/** Memory of the library, or null. */
const pointer = "pointer";
const callback = "function";

export const SYMBOLS = {
  // H5public.h
  H5dont_atexit: { parameters: [], result: herr_t }, // herr_t H5dont_atexit(void)
  H5open: { parameters: [], result: herr_t }, // herr_t H5open(void)
  H5get_libversion: {
    parameters: [
      memory, // unsigned *majnum
      memory, // unsigned *minnum
      memory, // unsigned *relnum
    ],
    result: herr_t, // herr_t
  },
  H5is_library_threadsafe: {
    parameters: [
      memory, // hbool_t *is_ts
    ],
    result: herr_t, // herr_t
  },
  H5free_memory: {
    parameters: [
      pointer, // void *mem
    ],
    result: herr_t, // herr_t
  },
  // H5Epublic.h
  H5Eset_auto2: {
    parameters: [
      hid_t, // hid_t estack_id
      pointer, // H5E_auto2_t func
      pointer, // void *client_data
    ],
    result: herr_t, // herr_t
  },
  H5Ewalk2: {
    parameters: [
      hid_t, // hid_t err_stack
      enumeration, // H5E_direction_t direction
      callback, // H5E_walk2_t func
      pointer, // void *client_data
    ],
    result: herr_t, // herr_t
  },
  H5Eclear2: {
    parameters: [
      hid_t, // hid_t err_stack
    ],
    result: herr_t, // herr_t
  },
  // H5Fpublic.h
  H5Fcreate: {
    parameters: [
      memory, // const char *filename
      unsigned, // unsigned flags
      hid_t, // hid_t fcpl_id
      hid_t, // hid_t fapl_id
    ],
    result: hid_t, // hid_t
  },
  H5Fopen: {
    parameters: [
      memory, // const char *filename
      unsigned, // unsigned flags
      hid_t, // hid_t fapl_id
    ],
    result: hid_t, // hid_t
  },
  H5Fflush: {
    parameters: [
      hid_t, // hid_t object_id
      enumeration, // H5F_scope_t scope
    ],
    result: herr_t, // herr_t
  },
  H5Fclose: {
    parameters: [
      hid_t, // hid_t file_id
    ],
    result: herr_t, // herr_t
  },
  H5Fget_obj_count: {
    parameters: [
      hid_t, // hid_t file_id
      unsigned, // unsigned types
    ],
    result: ssize_t, // ssize_t
  },
  // H5Gpublic.h
  H5Gcreate2: {
    parameters: [
      hid_t, // hid_t loc_id
      memory, // const char *name
      hid_t, // hid_t lcpl_id
      hid_t, // hid_t gcpl_id
      hid_t, // hid_t gapl_id
    ],
    result: hid_t, // hid_t
  },
  H5Gopen2: {
    parameters: [
      hid_t, // hid_t loc_id
      memory, // const char *name
      hid_t, // hid_t gapl_id
    ],
    result: hid_t, // hid_t
  },
  H5Gget_info: {
    parameters: [
      hid_t, // hid_t loc_id
      memory, // H5G_info_t *ginfo
    ],
    result: herr_t, // herr_t
  },
  H5Gclose: {
    parameters: [
      hid_t, // hid_t group_id
    ],
    result: herr_t, // herr_t
  },
  // H5Lpublic.h
  H5Lcreate_hard: {
    parameters: [
      hid_t, // hid_t cur_loc
      memory, // const char *cur_name
      hid_t, // hid_t dst_loc
      memory, // const char *dst_name
      hid_t, // hid_t lcpl_id
      hid_t, // hid_t lapl_id
    ],
    result: herr_t, // herr_t
  },
  H5Lcreate_soft: {
    parameters: [
      memory, // const char *link_target
      hid_t, // hid_t link_loc_id
      memory, // const char *link_name
      hid_t, // hid_t lcpl_id
      hid_t, // hid_t lapl_id
    ],
    result: herr_t, // herr_t
  },
  H5Lcreate_external: {
    parameters: [
      memory, // const char *file_name
      memory, // const char *obj_name
      hid_t, // hid_t link_loc_id
      memory, // const char *link_name
      hid_t, // hid_t lcpl_id
      hid_t, // hid_t lapl_id
    ],
    result: herr_t, // herr_t
  },
  H5Lget_name_by_idx: {
    parameters: [
      hid_t, // hid_t loc_id
      memory, // const char *group_name
      enumeration, // H5_index_t idx_type
      enumeration, // H5_iter_order_t order
      hsize_t, // hsize_t n
      memory, // char *name
      size_t, // size_t size
      hid_t, // hid_t lapl_id
    ],
    result: ssize_t, // ssize_t
  },
  H5Lget_val: {
    parameters: [
      hid_t, // hid_t loc_id
      memory, // const char *name
      memory, // void *buf
      size_t, // size_t size
      hid_t, // hid_t lapl_id
    ],
    result: herr_t, // herr_t
  },
  H5Lget_info: {
    parameters: [
      hid_t, // hid_t loc_id
      memory, // const char *name
      memory, // H5L_info_t *linfo
      hid_t, // hid_t lapl_id
    ],
    result: herr_t, // herr_t
    optional: true,
  },
  H5Lget_info1: {
    parameters: [
      hid_t, // hid_t loc_id
      memory, // const char *name
      memory, // H5L_info1_t *linfo
      hid_t, // hid_t lapl_id
    ],
    result: herr_t, // herr_t
    optional: true,
  },
  // H5Opublic.h
  H5Oopen: {
    parameters: [
      hid_t, // hid_t loc_id
      memory, // const char *name
      hid_t, // hid_t lapl_id
    ],
    result: hid_t, // hid_t
  },
  H5Oclose: {
    parameters: [
      hid_t, // hid_t object_id
    ],
    result: herr_t, // herr_t
  },
  // H5Ipublic.h
  H5Iget_type: {
    parameters: [
      hid_t, // hid_t id
    ],
    result: enumeration, // H5I_type_t
  },
  // H5Apublic.h
  H5Acreate2: {
    parameters: [
      hid_t, // hid_t loc_id
      memory, // const char *attr_name
      hid_t, // hid_t type_id
      hid_t, // hid_t space_id
      hid_t, // hid_t acpl_id
      hid_t, // hid_t aapl_id
    ],
    result: hid_t, // hid_t
  },
  H5Aopen: {
    parameters: [
      hid_t, // hid_t obj_id
      memory, // const char *attr_name
      hid_t, // hid_t aapl_id
    ],
    result: hid_t, // hid_t
  },
  H5Awrite: {
    parameters: [
      hid_t, // hid_t attr_id
      hid_t, // hid_t type_id
      memory, // const void *buf
    ],
    result: herr_t, // herr_t
  },
  H5Aread: {
    parameters: [
      hid_t, // hid_t attr_id
      hid_t, // hid_t type_id
      memory, // void *buf
    ],
    result: herr_t, // herr_t
  },
  H5Aget_type: {
    parameters: [
      hid_t, // hid_t attr_id
    ],
    result: hid_t, // hid_t
  },
  H5Aget_space: {
    parameters: [
      hid_t, // hid_t attr_id
    ],
    result: hid_t, // hid_t
  },
  H5Aget_num_attrs: {
    parameters: [
      hid_t, // hid_t loc_id
    ],
    result: int, // int
  },
  H5Aget_name_by_idx: {
    parameters: [
      hid_t, // hid_t loc_id
      memory, // const char *obj_name
      enumeration, // H5_index_t idx_type
      enumeration, // H5_iter_order_t order
      hsize_t, // hsize_t n
      memory, // char *name
      size_t, // size_t size
      hid_t, // hid_t lapl_id
    ],
    result: ssize_t, // ssize_t
  },
  H5Aclose: {
    parameters: [
      hid_t, // hid_t attr_id
    ],
    result: herr_t, // herr_t
  },
  // H5Dpublic.h
  H5Dcreate2: {
    parameters: [
      hid_t, // hid_t loc_id
      memory, // const char *name
      hid_t, // hid_t type_id
      hid_t, // hid_t space_id
      hid_t, // hid_t lcpl_id
      hid_t, // hid_t dcpl_id
      hid_t, // hid_t dapl_id
    ],
    result: hid_t, // hid_t
  },
  H5Dget_type: {
    parameters: [
      hid_t, // hid_t dset_id
    ],
    result: hid_t, // hid_t
  },
  H5Dget_space: {
    parameters: [
      hid_t, // hid_t dset_id
    ],
    result: hid_t, // hid_t
  },
  H5Dget_offset: {
    parameters: [
      hid_t, // hid_t dset_id
    ],
    result: haddr_t, // haddr_t
  },
  H5Dwrite: {
    parameters: [
      hid_t, // hid_t dset_id
      hid_t, // hid_t mem_type_id
      hid_t, // hid_t mem_space_id
      hid_t, // hid_t file_space_id
      hid_t, // hid_t dxpl_id
      memory, // const void *buf
    ],
    result: herr_t, // herr_t
  },
  H5Dread: {
    parameters: [
      hid_t, // hid_t dset_id
      hid_t, // hid_t mem_type_id
      hid_t, // hid_t mem_space_id
      hid_t, // hid_t file_space_id
      hid_t, // hid_t dxpl_id
      memory, // void *buf
    ],
    result: herr_t, // herr_t
  },
  H5Dclose: {
    parameters: [
      hid_t, // hid_t dset_id
    ],
    result: herr_t, // herr_t
  },
  // H5Spublic.h
  H5Screate: {
    parameters: [
      enumeration, // H5S_class_t type
    ],
    result: hid_t, // hid_t
  },
  H5Screate_simple: {
    parameters: [
      int, // int rank
      memory, // const hsize_t *dims
      memory, // const hsize_t *maxdims
    ],
    result: hid_t, // hid_t
  },
  H5Sselect_hyperslab: {
    parameters: [
      hid_t, // hid_t space_id
      enumeration, // H5S_seloper_t op
      memory, // const hsize_t *start
      memory, // const hsize_t *stride
      memory, // const hsize_t *count
      memory, // const hsize_t *block
    ],
    result: herr_t, // herr_t
  },
  H5Sget_simple_extent_type: {
    parameters: [
      hid_t, // hid_t space_id
    ],
    result: enumeration, // H5S_class_t
  },
  H5Sget_simple_extent_ndims: {
    parameters: [
      hid_t, // hid_t space_id
    ],
    result: int, // int
  },
  H5Sget_simple_extent_dims: {
    parameters: [
      hid_t, // hid_t space_id
      memory, // hsize_t *dims
      memory, // hsize_t *maxdims
    ],
    result: int, // int
  },
  H5Sclose: {
    parameters: [
      hid_t, // hid_t space_id
    ],
    result: herr_t, // herr_t
  },
  // H5Tpublic.h
  H5Tcopy: {
    parameters: [
      hid_t, // hid_t type_id
    ],
    result: hid_t, // hid_t
  },
  H5Tset_size: {
    parameters: [
      hid_t, // hid_t type_id
      size_t, // size_t size
    ],
    result: herr_t, // herr_t
  },
  H5Tset_cset: {
    parameters: [
      hid_t, // hid_t type_id
      enumeration, // H5T_cset_t cset
    ],
    result: herr_t, // herr_t
  },
  H5Tset_strpad: {
    parameters: [
      hid_t, // hid_t type_id
      enumeration, // H5T_str_t strpad
    ],
    result: herr_t, // herr_t
  },
  H5Tget_class: {
    parameters: [
      hid_t, // hid_t type_id
    ],
    result: enumeration, // H5T_class_t
  },
  H5Tget_size: {
    parameters: [
      hid_t, // hid_t type_id
    ],
    result: size_t, // size_t
  },
  H5Tget_order: {
    parameters: [
      hid_t, // hid_t type_id
    ],
    result: enumeration, // H5T_order_t
  },
  H5Tget_sign: {
    parameters: [
      hid_t, // hid_t type_id
    ],
    result: enumeration, // H5T_sign_t
  },
  H5Tget_strpad: {
    parameters: [
      hid_t, // hid_t type_id
    ],
    result: enumeration, // H5T_str_t
  },
  H5Tis_variable_str: {
    parameters: [
      hid_t, // hid_t type_id
    ],
    result: htri_t, // htri_t
  },
  H5Tclose: {
    parameters: [
      hid_t, // hid_t type_id
    ],
    result: herr_t, // herr_t
  },
  // H5Ppublic.h
  H5Pcreate: {
    parameters: [
      hid_t, // hid_t cls_id
    ],
    result: hid_t, // hid_t
  },
  H5Pset_libver_bounds: {
    parameters: [
      hid_t, // hid_t plist_id
      enumeration, // H5F_libver_t low
      enumeration, // H5F_libver_t high
    ],
    result: herr_t, // herr_t
  },
  H5Pset_fclose_degree: {
    parameters: [
      hid_t, // hid_t fapl_id
      enumeration, // H5F_close_degree_t degree
    ],
    result: herr_t, // herr_t
  },
  H5Pset_meta_block_size: {
    parameters: [
      hid_t, // hid_t fapl_id
      hsize_t, // hsize_t size
    ],
    result: herr_t, // herr_t
  },
  H5Pset_file_locking: {
    parameters: [
      hid_t, // hid_t fapl_id
      hbool_t, // hbool_t use_file_locking
      hbool_t, // hbool_t ignore_when_disabled
    ],
    result: herr_t, // herr_t
    optional: true,
  },
  H5Pset_char_encoding: {
    parameters: [
      hid_t, // hid_t plist_id
      enumeration, // H5T_cset_t encoding
    ],
    result: herr_t, // herr_t
  },
  H5Pset_link_phase_change: {
    parameters: [
      hid_t, // hid_t plist_id
      unsigned, // unsigned max_compact
      unsigned, // unsigned min_dense
    ],
    result: herr_t, // herr_t
  },
  H5Pset_layout: {
    parameters: [
      hid_t, // hid_t plist_id
      enumeration, // H5D_layout_t layout
    ],
    result: herr_t, // herr_t
  },
  H5Pset_alloc_time: {
    parameters: [
      hid_t, // hid_t plist_id
      enumeration, // H5D_alloc_time_t alloc_time
    ],
    result: herr_t, // herr_t
  },
  H5Pset_fill_time: {
    parameters: [
      hid_t, // hid_t plist_id
      enumeration, // H5D_fill_time_t fill_time
    ],
    result: herr_t, // herr_t
  },
  H5Pset_external: {
    parameters: [
      hid_t, // hid_t plist_id
      memory, // const char *name
      off_t, // off_t offset
      hsize_t, // hsize_t size
    ],
    result: herr_t, // herr_t
  },
  H5Pset_virtual: {
    parameters: [
      hid_t, // hid_t dcpl_id
      hid_t, // hid_t vspace_id
      memory, // const char *src_file_name
      memory, // const char *src_dset_name
      hid_t, // hid_t src_space_id
    ],
    result: herr_t, // herr_t
  },
  H5Pset_fill_value: {
    parameters: [
      hid_t, // hid_t plist_id
      hid_t, // hid_t type_id
      memory, // const void *value
    ],
    result: herr_t, // herr_t
  },
  H5Pset_obj_track_times: {
    parameters: [
      hid_t, // hid_t plist_id
      hbool_t, // hbool_t track_times
    ],
    result: herr_t, // herr_t
  },
  H5Pset_buffer: {
    parameters: [
      hid_t, // hid_t plist_id
      size_t, // size_t size
      memory, // void *tconv
      memory, // void *bkg
    ],
    result: herr_t, // herr_t
  },
  H5Pclose: {
    parameters: [
      hid_t, // hid_t plist_id
    ],
    result: herr_t, // herr_t
  },
} as const satisfies Deno.ForeignLibraryInterface;
