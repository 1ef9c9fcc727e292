#pragma once
// A pool of one block.

#include <span>

std::span<char> take_block();
void give_back(std::span<char> block);
