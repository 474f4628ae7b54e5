# wharf_program(<target> <room> <order file>): the program that people run. In a release the C++ libraries are in it, so that what nobody
# calls is left out, and the functions that a start calls lie together, so that the others need not be in memory
# (docs/decisions/035-small-at-idle.md).
find_library(BOOST_JSON_ARCHIVE NAMES libboost_json.a boost_json REQUIRED)
find_library(BOOST_CONTAINER_ARCHIVE NAMES libboost_container.a boost_container REQUIRED)

function(wharf_program target room order)
  target_link_libraries(${target} PRIVATE wharf_flags)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    # Before the shared libraries with the same functions: nobody needs those then (--as-needed).
    target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/src/cli/main/fmt_library.cpp)
    target_link_libraries(${target} PRIVATE ${BOOST_JSON_ARCHIVE} ${BOOST_CONTAINER_ARCHIVE} fmt::fmt)
    target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc)
    if(WHARF_LLD)
      target_link_options(${target} PRIVATE LINKER:-z,pack-relative-relocs LINKER:--symbol-ordering-file=${order}
        LINKER:--no-warn-symbol-ordering)
      set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${order})
    endif()
  endif()
  target_link_libraries(${target} PRIVATE ${room})
endfunction()
