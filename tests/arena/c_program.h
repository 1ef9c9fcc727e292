#pragma once
// The C side of c_api_test.cpp and of the consumer program.

#ifdef __cplusplus
extern "C" {
#endif

// Uses arena.h as a C program would. 0, or the line of the first thing that was not as it says.
int run_c_program(void);

#ifdef __cplusplus
}
#endif
