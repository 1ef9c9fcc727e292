#pragma once
// The rows of arena_bench, by theme; each function registers those of its source file.

namespace redzone::bench {

void add_block_rows();
void add_adaptor_rows();
void add_zero_rows();
void add_container_rows();
void add_protobuf_rows();  // where the program is built with protobuf

}  // namespace redzone::bench
