/** The functions of HDF5 that pewatch calls: only the table, each parameter with its C declaration. */

import { fn } from "../../function.ts";

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

  // herr_t H5dont_atexit(void)
  H5dont_atexit: fn([], herr_t),
  // herr_t H5open(void)
  H5open: fn([], herr_t),
  // herr_t H5get_libversion(unsigned *majnum, unsigned *minnum, unsigned *relnum)
  H5get_libversion: fn([memory, memory, memory], herr_t),
  // herr_t H5free_memory(void *mem)
  H5free_memory: fn([pointer], herr_t),

  // H5Epublic.h

  // herr_t H5Eset_auto2(hid_t estack_id, H5E_auto2_t func, void *client_data)
  H5Eset_auto2: fn([hid_t, pointer, pointer], herr_t),
  // herr_t H5Ewalk2(hid_t err_stack, H5E_direction_t direction, H5E_walk2_t func, void *client_data)
  H5Ewalk2: fn([hid_t, enumeration, callback, pointer], herr_t),
  // herr_t H5Eclear2(hid_t err_stack)
  H5Eclear2: fn([hid_t], herr_t),

  // H5Fpublic.h

  // hid_t H5Fcreate(const char *filename, unsigned flags, hid_t fcpl_id, hid_t fapl_id)
  H5Fcreate: fn([memory, unsigned, hid_t, hid_t], hid_t),
  // hid_t H5Fopen(const char *filename, unsigned flags, hid_t fapl_id)
  H5Fopen: fn([memory, unsigned, hid_t], hid_t),
  // herr_t H5Fflush(hid_t object_id, H5F_scope_t scope)
  H5Fflush: fn([hid_t, enumeration], herr_t),
  // herr_t H5Fclose(hid_t file_id)
  H5Fclose: fn([hid_t], herr_t),
  // ssize_t H5Fget_obj_count(hid_t file_id, unsigned types)
  H5Fget_obj_count: fn([hid_t, unsigned], ssize_t),

  // H5Gpublic.h

  // hid_t H5Gcreate2(hid_t loc_id, const char *name, hid_t lcpl_id, hid_t gcpl_id, hid_t gapl_id)
  H5Gcreate2: fn([hid_t, memory, hid_t, hid_t, hid_t], hid_t),
  // hid_t H5Gopen2(hid_t loc_id, const char *name, hid_t gapl_id)
  H5Gopen2: fn([hid_t, memory, hid_t], hid_t),
  // herr_t H5Gget_info(hid_t loc_id, H5G_info_t *ginfo)
  H5Gget_info: fn([hid_t, memory], herr_t),
  // herr_t H5Gclose(hid_t group_id)
  H5Gclose: fn([hid_t], herr_t),

  // H5Lpublic.h

  // herr_t H5Lcreate_hard(hid_t cur_loc, const char *cur_name, hid_t dst_loc, const char *dst_name, hid_t lcpl_id, hid_t lapl_id)
  H5Lcreate_hard: fn([hid_t, memory, hid_t, memory, hid_t, hid_t], herr_t),
  // herr_t H5Lcreate_soft(const char *link_target, hid_t link_loc_id, const char *link_name, hid_t lcpl_id, hid_t lapl_id)
  H5Lcreate_soft: fn([memory, hid_t, memory, hid_t, hid_t], herr_t),
  // herr_t H5Lcreate_external(const char *file_name, const char *obj_name, hid_t link_loc_id, const char *link_name, hid_t lcpl_id, hid_t lapl_id)
  H5Lcreate_external: fn([memory, memory, hid_t, memory, hid_t, hid_t], herr_t),
  // ssize_t H5Lget_name_by_idx(hid_t loc_id, const char *group_name, H5_index_t idx_type, H5_iter_order_t order, hsize_t n, char *name, size_t size, hid_t lapl_id)
  H5Lget_name_by_idx: fn([hid_t, memory, enumeration, enumeration, hsize_t, memory, size_t, hid_t], ssize_t),
  // herr_t H5Lget_val(hid_t loc_id, const char *name, void *buf, size_t size, hid_t lapl_id)
  H5Lget_val: fn([hid_t, memory, memory, size_t, hid_t], herr_t),
  // herr_t H5Lget_info(hid_t loc_id, const char *name, H5L_info_t *linfo, hid_t lapl_id)
  H5Lget_info: { optional: true, ...fn([hid_t, memory, memory, hid_t], herr_t) },
  // herr_t H5Lget_info1(hid_t loc_id, const char *name, H5L_info1_t *linfo, hid_t lapl_id)
  H5Lget_info1: { optional: true, ...fn([hid_t, memory, memory, hid_t], herr_t) },

  // H5Opublic.h

  // hid_t H5Oopen(hid_t loc_id, const char *name, hid_t lapl_id)
  H5Oopen: fn([hid_t, memory, hid_t], hid_t),
  // herr_t H5Oclose(hid_t object_id)
  H5Oclose: fn([hid_t], herr_t),

  // H5Ipublic.h

  // H5I_type_t H5Iget_type(hid_t id)
  H5Iget_type: fn([hid_t], enumeration),

  // H5Apublic.h

  // hid_t H5Acreate2(hid_t loc_id, const char *attr_name, hid_t type_id, hid_t space_id, hid_t acpl_id, hid_t aapl_id)
  H5Acreate2: fn([hid_t, memory, hid_t, hid_t, hid_t, hid_t], hid_t),
  // hid_t H5Aopen(hid_t obj_id, const char *attr_name, hid_t aapl_id)
  H5Aopen: fn([hid_t, memory, hid_t], hid_t),
  // herr_t H5Awrite(hid_t attr_id, hid_t type_id, const void *buf)
  H5Awrite: fn([hid_t, hid_t, memory], herr_t),
  // herr_t H5Aread(hid_t attr_id, hid_t type_id, void *buf)
  H5Aread: fn([hid_t, hid_t, memory], herr_t),
  // hid_t H5Aget_type(hid_t attr_id)
  H5Aget_type: fn([hid_t], hid_t),
  // hid_t H5Aget_space(hid_t attr_id)
  H5Aget_space: fn([hid_t], hid_t),
  // int H5Aget_num_attrs(hid_t loc_id)
  H5Aget_num_attrs: fn([hid_t], int),
  // ssize_t H5Aget_name_by_idx(hid_t loc_id, const char *obj_name, H5_index_t idx_type, H5_iter_order_t order, hsize_t n, char *name, size_t size, hid_t lapl_id)
  H5Aget_name_by_idx: fn([hid_t, memory, enumeration, enumeration, hsize_t, memory, size_t, hid_t], ssize_t),
  // herr_t H5Aclose(hid_t attr_id)
  H5Aclose: fn([hid_t], herr_t),

  // H5Dpublic.h

  // hid_t H5Dcreate2(hid_t loc_id, const char *name, hid_t type_id, hid_t space_id, hid_t lcpl_id, hid_t dcpl_id, hid_t dapl_id)
  H5Dcreate2: fn([hid_t, memory, hid_t, hid_t, hid_t, hid_t, hid_t], hid_t),
  // hid_t H5Dget_type(hid_t dset_id)
  H5Dget_type: fn([hid_t], hid_t),
  // hid_t H5Dget_space(hid_t dset_id)
  H5Dget_space: fn([hid_t], hid_t),
  // haddr_t H5Dget_offset(hid_t dset_id)
  H5Dget_offset: fn([hid_t], haddr_t),
  // herr_t H5Dwrite(hid_t dset_id, hid_t mem_type_id, hid_t mem_space_id, hid_t file_space_id, hid_t dxpl_id, const void *buf)
  H5Dwrite: fn([hid_t, hid_t, hid_t, hid_t, hid_t, memory], herr_t),
  // herr_t H5Dread(hid_t dset_id, hid_t mem_type_id, hid_t mem_space_id, hid_t file_space_id, hid_t dxpl_id, void *buf)
  H5Dread: fn([hid_t, hid_t, hid_t, hid_t, hid_t, memory], herr_t),
  // hid_t H5Dget_create_plist(hid_t dset_id)
  H5Dget_create_plist: fn([hid_t], hid_t),
  // herr_t H5Dwrite_chunk(hid_t dset_id, hid_t dxpl_id, uint32_t filters, const hsize_t *offset, size_t data_size, const void *buf), since 1.10.3
  H5Dwrite_chunk: { optional: true, ...fn([hid_t, hid_t, unsigned, memory, size_t, memory], herr_t) },
  // herr_t H5Dclose(hid_t dset_id)
  H5Dclose: fn([hid_t], herr_t),

  // H5Spublic.h

  // hid_t H5Screate(H5S_class_t type)
  H5Screate: fn([enumeration], hid_t),
  // hid_t H5Screate_simple(int rank, const hsize_t *dims, const hsize_t *maxdims)
  H5Screate_simple: fn([int, memory, memory], hid_t),
  // herr_t H5Sselect_hyperslab(hid_t space_id, H5S_seloper_t op, const hsize_t *start, const hsize_t *stride, const hsize_t *count, const hsize_t *block)
  H5Sselect_hyperslab: fn([hid_t, enumeration, memory, memory, memory, memory], herr_t),
  // H5S_class_t H5Sget_simple_extent_type(hid_t space_id)
  H5Sget_simple_extent_type: fn([hid_t], enumeration),
  // int H5Sget_simple_extent_ndims(hid_t space_id)
  H5Sget_simple_extent_ndims: fn([hid_t], int),
  // int H5Sget_simple_extent_dims(hid_t space_id, hsize_t *dims, hsize_t *maxdims)
  H5Sget_simple_extent_dims: fn([hid_t, memory, memory], int),
  // herr_t H5Sclose(hid_t space_id)
  H5Sclose: fn([hid_t], herr_t),

  // H5Tpublic.h

  // hid_t H5Tcopy(hid_t type_id)
  H5Tcopy: fn([hid_t], hid_t),
  // herr_t H5Tset_size(hid_t type_id, size_t size)
  H5Tset_size: fn([hid_t, size_t], herr_t),
  // herr_t H5Tset_cset(hid_t type_id, H5T_cset_t cset)
  H5Tset_cset: fn([hid_t, enumeration], herr_t),
  // herr_t H5Tset_strpad(hid_t type_id, H5T_str_t strpad)
  H5Tset_strpad: fn([hid_t, enumeration], herr_t),
  // H5T_class_t H5Tget_class(hid_t type_id)
  H5Tget_class: fn([hid_t], enumeration),
  // size_t H5Tget_size(hid_t type_id)
  H5Tget_size: fn([hid_t], size_t),
  // H5T_order_t H5Tget_order(hid_t type_id)
  H5Tget_order: fn([hid_t], enumeration),
  // H5T_sign_t H5Tget_sign(hid_t type_id)
  H5Tget_sign: fn([hid_t], enumeration),
  // H5T_str_t H5Tget_strpad(hid_t type_id)
  H5Tget_strpad: fn([hid_t], enumeration),
  // htri_t H5Tis_variable_str(hid_t type_id)
  H5Tis_variable_str: fn([hid_t], htri_t),
  // herr_t H5Tclose(hid_t type_id)
  H5Tclose: fn([hid_t], herr_t),

  // H5Ppublic.h

  // hid_t H5Pcreate(hid_t cls_id)
  H5Pcreate: fn([hid_t], hid_t),
  // herr_t H5Pset_libver_bounds(hid_t plist_id, H5F_libver_t low, H5F_libver_t high)
  H5Pset_libver_bounds: fn([hid_t, enumeration, enumeration], herr_t),
  // herr_t H5Pset_fclose_degree(hid_t fapl_id, H5F_close_degree_t degree)
  H5Pset_fclose_degree: fn([hid_t, enumeration], herr_t),
  // herr_t H5Pset_small_data_block_size(hid_t fapl_id, hsize_t size)
  H5Pset_small_data_block_size: fn([hid_t, hsize_t], herr_t),
  // herr_t H5Pset_file_locking(hid_t fapl_id, hbool_t use_file_locking, hbool_t ignore_when_disabled)
  H5Pset_file_locking: { optional: true, ...fn([hid_t, hbool_t, hbool_t], herr_t) },
  // herr_t H5Pset_char_encoding(hid_t plist_id, H5T_cset_t encoding)
  H5Pset_char_encoding: fn([hid_t, enumeration], herr_t),
  // herr_t H5Pset_link_phase_change(hid_t plist_id, unsigned max_compact, unsigned min_dense)
  H5Pset_link_phase_change: fn([hid_t, unsigned, unsigned], herr_t),
  // herr_t H5Pset_layout(hid_t plist_id, H5D_layout_t layout)
  H5Pset_layout: fn([hid_t, enumeration], herr_t),
  // herr_t H5Pset_chunk(hid_t plist_id, int ndims, const hsize_t dim[])
  H5Pset_chunk: fn([hid_t, int, memory], herr_t),
  // herr_t H5Pset_filter(hid_t plist_id, H5Z_filter_t filter, unsigned int flags, size_t cd_nelmts, const unsigned int c_values[])
  H5Pset_filter: fn([hid_t, int, unsigned, size_t, memory], herr_t),
  // int H5Pget_nfilters(hid_t plist_id)
  H5Pget_nfilters: fn([hid_t], int),
  // H5Z_filter_t H5Pget_filter2(hid_t plist_id, unsigned idx, unsigned int *flags, size_t *cd_nelmts, unsigned cd_values[], size_t namelen, char name[], unsigned *filter_config)
  H5Pget_filter2: fn([hid_t, unsigned, memory, memory, memory, size_t, memory, memory], int),
  // int H5Pget_external_count(hid_t plist_id)
  H5Pget_external_count: fn([hid_t], int),
  // herr_t H5Pset_alloc_time(hid_t plist_id, H5D_alloc_time_t alloc_time)
  H5Pset_alloc_time: fn([hid_t, enumeration], herr_t),
  // herr_t H5Pset_fill_time(hid_t plist_id, H5D_fill_time_t fill_time)
  H5Pset_fill_time: fn([hid_t, enumeration], herr_t),
  // herr_t H5Pset_external(hid_t plist_id, const char *name, off_t offset, hsize_t size)
  H5Pset_external: fn([hid_t, memory, off_t, hsize_t], herr_t),
  // herr_t H5Pset_virtual(hid_t dcpl_id, hid_t vspace_id, const char *src_file_name, const char *src_dset_name, hid_t src_space_id)
  H5Pset_virtual: fn([hid_t, hid_t, memory, memory, hid_t], herr_t),
  // herr_t H5Pset_fill_value(hid_t plist_id, hid_t type_id, const void *value)
  H5Pset_fill_value: fn([hid_t, hid_t, memory], herr_t),
  // herr_t H5Pset_obj_track_times(hid_t plist_id, hbool_t track_times)
  H5Pset_obj_track_times: fn([hid_t, hbool_t], herr_t),
  // herr_t H5Pset_dset_no_attrs_hint(hid_t dcpl_id, hbool_t minimize)
  H5Pset_dset_no_attrs_hint: { optional: true, ...fn([hid_t, hbool_t], herr_t) },
  // herr_t H5Pset_buffer(hid_t plist_id, size_t size, void *tconv, void *bkg)
  H5Pset_buffer: fn([hid_t, size_t, memory, memory], herr_t),
  // herr_t H5Pclose(hid_t plist_id)
  H5Pclose: fn([hid_t], herr_t),
} as const satisfies Deno.ForeignLibraryInterface;

export type Symbols = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];
