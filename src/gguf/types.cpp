#include "redzone/gguf/types.hpp"

#include <array>

namespace redzone::gguf {

namespace {

constexpr std::string_view kNeverReleased =
    "used for a few days in 2023; convert the original model again";
constexpr std::string_view kRepacked =
    "repacked for one kind of processor; use Q4_0, which is repacked while it is loaded";
constexpr std::string_view kRepackedNonLinear =
    "repacked for one kind of processor; use IQ4_NL, which is repacked while it is loaded";

constexpr std::array<TensorTypeInfo, kTensorTypeMax + 1> kTensorTypes = {{
    {0, "F32", 1, 4, {}},
    {1, "F16", 1, 2, {}},
    {2, "Q4_0", 32, 18, {}},
    {3, "Q4_1", 32, 20, {}},
    {4, "Q4_2", 0, 0, kNeverReleased},
    {5, "Q4_3", 0, 0, kNeverReleased},
    {6, "Q5_0", 32, 22, {}},
    {7, "Q5_1", 32, 24, {}},
    {8, "Q8_0", 32, 34, {}},
    {9, "Q8_1", 32, 36, {}},
    {10, "Q2_K", 256, 84, {}},
    {11, "Q3_K", 256, 110, {}},
    {12, "Q4_K", 256, 144, {}},
    {13, "Q5_K", 256, 176, {}},
    {14, "Q6_K", 256, 210, {}},
    {15, "Q8_K", 256, 292, {}},
    {16, "IQ2_XXS", 256, 66, {}},
    {17, "IQ2_XS", 256, 74, {}},
    {18, "IQ3_XXS", 256, 98, {}},
    {19, "IQ1_S", 256, 50, {}},
    {20, "IQ4_NL", 32, 18, {}},
    {21, "IQ3_S", 256, 110, {}},
    {22, "IQ2_S", 256, 82, {}},
    {23, "IQ4_XS", 256, 136, {}},
    {24, "I8", 1, 1, {}},
    {25, "I16", 1, 2, {}},
    {26, "I32", 1, 4, {}},
    {27, "I64", 1, 8, {}},
    {28, "F64", 1, 8, {}},
    {29, "IQ1_M", 256, 56, {}},
    {30, "BF16", 1, 2, {}},
    {31, "Q4_0_4_4", 0, 0, kRepacked},
    {32, "Q4_0_4_8", 0, 0, kRepacked},
    {33, "Q4_0_8_8", 0, 0, kRepacked},
    {34, "TQ1_0", 256, 54, {}},
    {35, "TQ2_0", 256, 66, {}},
    {36, "IQ4_NL_4_4", 0, 0, kRepackedNonLinear},
    {37, "IQ4_NL_4_8", 0, 0, kRepackedNonLinear},
    {38, "IQ4_NL_8_8", 0, 0, kRepackedNonLinear},
    {39, "MXFP4", 32, 17, {}},
    {40, "NVFP4", 64, 36, {}},
    {41, "Q1_0", 128, 18, {}},
    {42, "Q2_0", 64, 18, {}},
}};

constexpr bool each_stands_at_its_number() {
  for (std::uint32_t id = 0; id < kTensorTypes.size(); ++id) {
    if (kTensorTypes[id].id != id) return false;
  }
  return true;
}
static_assert(each_stands_at_its_number());

constexpr std::array<std::string_view, kValueTypeMax + 1> kValueTypeNames = {
    "u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "string", "array", "u64", "i64", "f64",
};

}  // namespace

std::string_view value_type_name(ValueType type) {
  const auto number = static_cast<std::uint32_t>(type);
  return number < kValueTypeNames.size() ? kValueTypeNames[number] : std::string_view();
}

const TensorTypeInfo* find_tensor_type(std::uint32_t id) {
  return id < kTensorTypes.size() ? &kTensorTypes[id] : nullptr;
}

}  // namespace redzone::gguf
