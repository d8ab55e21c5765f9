# Verified faster kernels for CMake targets:
#
#   find_package(Passwright CONFIG)
#   if(Passwright_FOUND)
#     passwright_optimize(app)
#     passwright_tune(RUN app 1000)
#   endif()
#
# docs/cmake.md describes both commands.  Compiles go through the program passwright-launch, which leaves alone whatever the
# lock file does not name.
include_guard(GLOBAL)

get_filename_component(_passwright_bin "${CMAKE_CURRENT_LIST_DIR}/../../../bin" ABSOLUTE)
find_program(Passwright_COMMAND passwright HINTS "${_passwright_bin}" DOC "The command passwright")
find_program(Passwright_LAUNCHER passwright-launch HINTS "${_passwright_bin}" DOC "The compiler launcher of Passwright")
set(Passwright_RECORD "${CMAKE_BINARY_DIR}/passwright.record.jsonl"
  CACHE FILEPATH "Where the targets of passwright_optimize note their compiles, for passwright_tune")
mark_as_advanced(Passwright_COMMAND Passwright_LAUNCHER Passwright_RECORD)
if(NOT Passwright_COMMAND OR NOT Passwright_LAUNCHER)
  set(Passwright_FOUND FALSE)
  set(Passwright_NOT_FOUND_MESSAGE "passwright and passwright-launch are neither in ${_passwright_bin} nor on PATH")
  return()
endif()

include("${CMAKE_CURRENT_LIST_DIR}/PasswrightOptimize.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/PasswrightTune.cmake")
