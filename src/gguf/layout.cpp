#include "gguf/layout.hpp"

#include <algorithm>
#include <utility>

#include "gguf/heap_sort.hpp"
#include "redzone/base/checked.hpp"

namespace redzone::gguf {

namespace {

using Order = PagedTable<std::uint32_t>;

// Flags tensors that lie before their predecessor in the table; true when there is none.
bool is_in_order(const PagedTable<TensorRecord>& tensors, const WarningSink& warnings) {
  bool in_order = true;
  for (std::uint64_t index = 1; index < tensors.count(); ++index) {
    if (tensors[index].offset >= tensors[index - 1].offset) continue;
    in_order = false;
    warnings.add(Code::tensor_out_of_order, "tensor", tensors[index].place, tensors[index].offset);
  }
  return in_order;
}

// The tensors by offset; those with the same offset as in the table.
Result<Order> sorted_by_offset(const PagedTable<TensorRecord>& tensors, bool in_order,
                               MemoryBudget& budget) {
  Result<Order> order = Order::create(budget, tensors.count(), "gguf.tensor_order");
  if (!order) return order;
  for (std::uint64_t index = 0; index < tensors.count(); ++index) {
    (*order)[index] = static_cast<std::uint32_t>(index);
  }
  if (!in_order) {
    heap_sort(*order, [&tensors](std::uint32_t left, std::uint32_t right) {
      return std::pair(tensors[left].offset, left) < std::pair(tensors[right].offset, right);
    });
  }
  return order;
}

Error overlap(const TensorRecord& one, const TensorRecord& other) {
  return error_at(Code::tensor_overlap, "tensor", std::max(one.place, other.place))
      .with_value(std::min(one.place, other.place));
}

void flag_end(std::uint64_t data_end, const Extent& extent, const WarningSink& warnings) {
  // llama.cpp writes no padding where no tensors follow.
  if (extent.data_offset > extent.file_size_bytes) return;
  const std::uint64_t end = extent.data_offset + data_end;
  const std::uint64_t unpadded = data_end % extent.alignment;
  const std::uint64_t padding = unpadded == 0 ? 0 : extent.alignment - unpadded;
  const std::uint64_t rest = extent.file_size_bytes - end;
  if (rest < padding) {
    warnings.add(Code::final_padding_missing, "file.size", extent.file_size_bytes, padding - rest);
  } else if (rest > padding) {
    warnings.add(Code::trailing_bytes, "file.size", end + padding, rest - padding);
  }
}

}  // namespace

Result<std::uint64_t> end_of(const TensorRecord& tensor, const Extent& extent) {
  const Result<std::uint64_t> data_end = checked_add(tensor.offset, tensor.size_bytes);
  if (!data_end) return data_end;
  return checked_add(extent.data_offset, *data_end);
}

Containment find_out_of_file(const PagedTable<TensorRecord>& tensors, const Extent& extent) {
  Containment result{.first_out = tensors.count()};
  for (std::uint64_t index = 0; index < tensors.count(); ++index) {
    const Result<std::uint64_t> end = end_of(tensors[index], extent);
    result.is_end_exact = result.is_end_exact && end;
    if (end) result.end = std::max(result.end, *end);
    if (end && *end <= extent.file_size_bytes) {
      ++result.whole;
    } else {
      result.first_out = std::min(result.first_out, index);
    }
  }
  return result;
}

Status check_placement(const PagedTable<TensorRecord>& tensors, const Extent& extent,
                       MemoryBudget& budget, const WarningSink& warnings) {
  const bool in_order = is_in_order(tensors, warnings);
  const Result<Order> order = sorted_by_offset(tensors, in_order, budget);
  if (!order) return fail(order.error());

  std::uint64_t end = 0;   // of the data so far, from the start of the data section
  std::uint32_t last = 0;  // the tensor that ends there, when end > 0
  for (std::uint64_t index = 0; index < order->count(); ++index) {
    const TensorRecord& tensor = tensors[(*order)[index]];
    if (tensor.size_bytes > 0 && tensor.offset < end) return fail(overlap(tensor, tensors[last]));
    const Result<std::uint64_t> padded = checked_align_up(end, extent.alignment);
    if (padded && tensor.offset > *padded) {
      warnings.add(Code::tensor_gap, "tensor", tensor.place, tensor.offset - *padded);
    }
    if (tensor.offset + tensor.size_bytes >= end) {
      end = tensor.offset + tensor.size_bytes;
      last = (*order)[index];
    }
  }
  flag_end(end, extent, warnings);
  return {};
}

}  // namespace redzone::gguf
