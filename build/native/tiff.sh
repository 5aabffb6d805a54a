# libtiff: directories are read and written with it, and pixels only as they lie in the file or deflated.
# shellcheck shell=bash disable=SC2034,SC2154 # see recipe.sh
pool=pool/main/t/tiff
sums="638f43d7dea33948d5dee7f39572fc0194d9cc3c74195de9dd26a4388a1f880a tiff_4.5.0.orig.tar.bz2
4ee50a8cdf74a184d94e65a04f3c9de466cb0b74ef5393fb5ca65666fccb864b tiff_4.5.0-6+deb12u4.debian.tar.xz"
needs="zlib"
license=LICENSE.md
dll=libtiff.dll

build_library() {
  cross_cmake -DBUILD_SHARED_LIBS=ON -Dcxx=OFF -Dtiff-tools=OFF -Dtiff-tests=OFF -Dtiff-contrib=OFF -Dtiff-docs=OFF \
    -Djpeg=OFF -Dold-jpeg=OFF -Djbig=OFF -Dlerc=OFF -Dlzma=OFF -Dzstd=OFF -Dwebp=OFF -Dlibdeflate=OFF \
    -Dzlib=ON -DZLIB_LIBRARY="$zlib_prefix/lib/libz.a" -DZLIB_INCLUDE_DIR="$zlib_prefix/include"
}
