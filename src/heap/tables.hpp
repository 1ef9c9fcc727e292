#pragma once
// The two tables of the process.

#include "heap/block_table.hpp"
#include "heap/stack_table.hpp"

namespace redzone::heap {

extern BlockTable block_table;
extern StackTable stack_table;

}  // namespace redzone::heap
