# Compiler and linker settings shared by every room.
add_library(wharf_flags INTERFACE)
target_compile_options(wharf_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wno-missing-designated-field-initializers -Werror=return-type -Werror=unused-result -Werror=switch
  -fno-omit-frame-pointer -fpch-instantiate-templates -march=x86-64-v2)
if(WHARF_WARNINGS_AS_ERRORS)
  target_compile_options(wharf_flags INTERFACE -Werror)
endif()
if(WHARF_SANITIZE)
  # Not vptr: it looks at memory through a pipe, and takes a process without descriptors (a test of ours) for a bad object.
  target_compile_options(wharf_flags INTERFACE -fsanitize=${WHARF_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all)
  target_link_options(wharf_flags INTERFACE -fsanitize=${WHARF_SANITIZE})
endif()
if(WHARF_FUZZ)
  target_compile_options(wharf_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
find_program(WHARF_MOLD mold)
find_program(WHARF_LLD ld.lld-19)
if(WHARF_LLD AND CMAKE_BUILD_TYPE STREQUAL "Release")  # mold is faster, and cannot order functions
  target_link_options(wharf_flags INTERFACE -fuse-ld=lld)
elseif(WHARF_MOLD)
  target_link_options(wharf_flags INTERFACE -fuse-ld=mold)
endif()
# What nobody calls is left out, libraries too: pages of it would be read in with their neighbours.
target_link_options(wharf_flags INTERFACE -Wl,--as-needed)
if(NOT WHARF_SANITIZE)
  target_link_options(wharf_flags INTERFACE -Wl,--gc-sections)
endif()
find_program(WHARF_CCACHE ccache)
if(WHARF_CCACHE)
  # Precompiled headers: ccache asks for these two, clang for stable PCH bytes.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${WHARF_CCACHE})
  target_compile_options(wharf_flags INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
endif()
