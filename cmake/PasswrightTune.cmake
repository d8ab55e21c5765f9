# passwright_tune(RUN <target or program> [<argument>...] [NAME <target>] [TEST <command> [<argument>...]] [LOCK <file>]
#                 [BUDGET <time>] [POLICY <policy>] [OUTPUTS <file>...])
#
# Adds a target, `passwright_tune` unless NAME gives another one, that builds everything, tunes the hot functions of the run
# among what passwright_optimize's targets compile, and puts the winners into the lock file.  The run must print the same
# every time; it runs in the build folder, in a copy of the project.  The next build uses the lock.
function(passwright_tune)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;LOCK;BUDGET;POLICY" "RUN;TEST;OUTPUTS")
  if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES OR NOT arg_RUN)
    message(FATAL_ERROR "passwright_tune: cannot be read: ${arg_UNPARSED_ARGUMENTS} ${arg_KEYWORDS_MISSING_VALUES}; RUN and "
      "its command are needed, and known are NAME, TEST, LOCK, BUDGET, POLICY and OUTPUTS")
  endif()
  set(name passwright_tune)
  if(arg_NAME)
    set(name "${arg_NAME}")
  endif()
  set(lock "${CMAKE_SOURCE_DIR}/passwright.lock")
  if(arg_LOCK)
    get_filename_component(lock "${arg_LOCK}" ABSOLUTE)
  endif()
  list(POP_FRONT arg_RUN program)
  set(comment "Tuning ${program}")
  if(TARGET ${program})
    set(program "$<TARGET_FILE:${program}>")
  endif()
  string(JOIN " " run "${program}" ${arg_RUN})
  set(options --lock "${lock}" --tree "${CMAKE_BINARY_DIR}" --tree "${CMAKE_SOURCE_DIR}")
  if(arg_TEST)
    string(JOIN " " test ${arg_TEST})
    list(APPEND options --test "${test}")
  endif()
  foreach(option BUDGET POLICY)
    if(arg_${option})
      string(TOLOWER "${option}" lower)
      list(APPEND options --${lower} "${arg_${option}}")
    endif()
  endforeach()
  foreach(output IN LISTS arg_OUTPUTS)
    list(APPEND options --output-file "${output}")
  endforeach()
  set(build "\"${CMAKE_COMMAND}\" --build .")
  add_custom_target(${name}
    COMMAND "${CMAKE_COMMAND}" --build "${CMAKE_BINARY_DIR}"
    COMMAND "${Passwright_COMMAND}" tune --recorded "${Passwright_RECORD}" --build "${build}" --run "${run}" ${options}
    WORKING_DIRECTORY "${CMAKE_BINARY_DIR}"
    COMMENT "${comment}"
    USES_TERMINAL VERBATIM)
endfunction()
