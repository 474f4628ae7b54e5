# Third-party libraries, all from Debian packages. A room names the ones it uses; the network library is runtime's alone.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(GTest REQUIRED)
find_package(rapidcheck REQUIRED)
find_package(benchmark REQUIRED)
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal)
# The archives where there are any: what nobody calls is not in the program, and a start has less to load and to relocate
# (docs/decisions/035-small-at-idle.md).
find_library(CRYPTO_ARCHIVE NAMES libcrypto.a crypto REQUIRED)
find_library(ZSTD_ARCHIVE NAMES libzstd.a zstd REQUIRED)
find_library(LZ4_ARCHIVE NAMES liblz4.a lz4 REQUIRED)
find_library(SNAPPY_ARCHIVE NAMES libsnappy.a snappy REQUIRED)
find_library(ZLIB_ARCHIVE NAMES libz.a z REQUIRED)
find_library(URING_ARCHIVE NAMES liburing.a uring REQUIRED)
find_library(RE2_ARCHIVE NAMES libre2.a re2 REQUIRED)

add_library(wharf_asio INTERFACE)
target_link_libraries(wharf_asio INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(wharf_asio INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
