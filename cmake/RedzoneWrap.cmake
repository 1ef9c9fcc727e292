# redzone_wrap_options(TARGET SYMBOL...)
#
# Programs that link the INTERFACE library TARGET are linked with --wrap for each symbol: a call of
# `malloc` in an object of the program then goes to `__wrap_malloc`, which an archive that TARGET
# links defines, and `__real_malloc` there is what `malloc` was. Calls inside shared libraries stay
# as they are. A C++ function is given by its mangled name.

function(redzone_wrap_options target)
  foreach(symbol IN LISTS ARGN)
    target_link_options(${target} INTERFACE LINKER:--wrap=${symbol})
  endforeach()
endfunction()
