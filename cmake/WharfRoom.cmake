# wharf_room(NAME <name> PATH <path> [LINKS <targets>...] [PRIVATE_LINKS <targets>...] [TEST_LINKS <targets>...] [SHELL])
#
# A room is a static library of the .cpp files of one folder. Its headers are included as "<path>/<file>.hpp", and only by
# targets that link it: each room has an include folder of its own in the build tree with one link to its sources, so an
# arrow that nobody declared does not compile. Files ending in _test.cpp make the room's test program, each *_fuzz.cpp a
# fuzz target, each *_bench.cpp part of the room's benchmark. SHELL rooms may suspend: they get the precompiled coroutine headers.
include(GoogleTest)

function(wharf_pch name)
  file(WRITE ${CMAKE_BINARY_DIR}/pch/${name}.cpp "")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/pch/${name}.cpp)
  target_link_libraries(${name} PRIVATE wharf_flags fmt::fmt)
endfunction()

wharf_pch(wharf_pch_core)
target_precompile_headers(wharf_pch_core PRIVATE <algorithm> <array> <bit> <chrono> <compare> <cstddef> <cstdint> <cstring>
  <deque> <expected> <filesystem> <functional> <map> <memory> <optional> <set> <span> <string> <string_view> <tuple> <unordered_map>
  <utility> <variant> <vector> <fmt/format.h>)
wharf_pch(wharf_pch_shell)
target_link_libraries(wharf_pch_shell PRIVATE wharf_asio)
target_precompile_headers(wharf_pch_shell PRIVATE <algorithm> <array> <bit> <chrono> <compare> <cstddef> <cstdint> <cstring>
  <deque> <expected> <filesystem> <functional> <map> <memory> <optional> <set> <span> <string> <string_view> <tuple> <unordered_map>
  <utility> <variant> <vector> <fmt/format.h> <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp> <boost/asio/io_context.hpp>
  <boost/asio/post.hpp> <boost/asio/any_completion_handler.hpp> <boost/asio/async_result.hpp> <boost/asio/use_awaitable.hpp>)

function(wharf_use_pch target shell)
  if(shell)
    target_link_libraries(${target} PRIVATE wharf_asio)
    target_precompile_headers(${target} REUSE_FROM wharf_pch_shell)
  else()
    target_precompile_headers(${target} REUSE_FROM wharf_pch_core)
  endif()
endfunction()

function(wharf_room)
  cmake_parse_arguments(ROOM "SHELL" "NAME;PATH" "LINKS;PRIVATE_LINKS;TEST_LINKS" ${ARGN})
  set(target wharf_${ROOM_NAME})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  file(GLOB fuzzers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_fuzz.cpp)
  file(GLOB benches CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_bench.cpp)
  if(tests)
    list(REMOVE_ITEM sources ${tests})
  endif()
  if(fuzzers)
    list(REMOVE_ITEM sources ${fuzzers})
  endif()
  if(benches)
    list(REMOVE_ITEM sources ${benches})
  endif()

  set(include_root ${CMAKE_BINARY_DIR}/include/${ROOM_NAME})
  get_filename_component(parent ${include_root}/${ROOM_PATH} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${include_root}/${ROOM_PATH} SYMBOLIC)

  if(sources)
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC ${include_root})
    target_link_libraries(${target} PUBLIC fmt::fmt ${ROOM_LINKS} PRIVATE wharf_flags ${ROOM_PRIVATE_LINKS})
    wharf_use_pch(${target} "${ROOM_SHELL}")
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${include_root})
    target_link_libraries(${target} INTERFACE fmt::fmt ${ROOM_LINKS})
  endif()
  set_property(GLOBAL APPEND PROPERTY WHARF_ROOMS ${ROOM_NAME})

  # Every header stands alone: one generated file per header, without the precompiled headers' help.
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.hpp)
  list(FILTER headers EXCLUDE REGEX "_testing\\.hpp$")  # what tests share may include what tests link
  if(WHARF_CHECK_HEADERS AND headers)
    set(units "")
    foreach(header ${headers})
      get_filename_component(file ${header} NAME)
      set(unit ${CMAKE_BINARY_DIR}/headers/${ROOM_NAME}/${file}.cpp)
      file(CONFIGURE OUTPUT ${unit} CONTENT "#include \"${ROOM_PATH}/${file}\"\n")
      list(APPEND units ${unit})
    endforeach()
    add_library(${target}_headers OBJECT ${units})
    target_link_libraries(${target}_headers PRIVATE wharf_flags ${target})
  endif()

  if(tests AND BUILD_TESTING)
    add_executable(${target}_tests ${tests})
    target_link_libraries(${target}_tests PRIVATE wharf_flags ${target} ${ROOM_PRIVATE_LINKS} ${ROOM_TEST_LINKS}
      GTest::gtest GTest::gtest_main GTest::gmock rapidcheck)
    wharf_use_pch(${target}_tests "${ROOM_SHELL}")
    gtest_discover_tests(${target}_tests TEST_PREFIX ${ROOM_NAME}. DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
      WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} PROPERTIES TIMEOUT 300)
  endif()
  if(WHARF_FUZZ)
    foreach(fuzzer ${fuzzers})
      get_filename_component(name ${fuzzer} NAME_WE)
      add_executable(${ROOM_NAME}_${name} ${fuzzer})
      target_link_libraries(${ROOM_NAME}_${name} PRIVATE wharf_flags ${target} ${ROOM_TEST_LINKS})
      target_link_options(${ROOM_NAME}_${name} PRIVATE -fsanitize=fuzzer)
      set_target_properties(${ROOM_NAME}_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
    endforeach()
  endif()
  if(benches AND WHARF_BENCHMARKS)
    add_executable(${target}_bench ${benches})
    target_link_libraries(${target}_bench PRIVATE wharf_flags ${target} ${ROOM_TEST_LINKS} benchmark::benchmark benchmark::benchmark_main)
    wharf_use_pch(${target}_bench "${ROOM_SHELL}")
  endif()
endfunction()
