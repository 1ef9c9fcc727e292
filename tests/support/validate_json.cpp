// validate_json SCHEMA [DOCUMENT...]: checks JSON documents (standard input without one) against a
// JSON Schema of docs/schemas. Exits 0 when all are valid, 1 when one is not, 3 when a file cannot
// be read. Used by tests of the command line and of the scripts.

#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>  // IWYU pragma: keep
#include <string>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace {

using Adapter = valijson::adapters::NlohmannJsonAdapter;

bool is_valid(const valijson::Schema& schema, const nlohmann::json& document, const char* name) {
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(schema, Adapter(document), &results)) return true;
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    std::string where;
    for (const std::string& part : error.context) where += part;
    std::cerr << name << ": " << where << ": " << error.description << '\n';
  }
  return false;
}

nlohmann::json read(const char* path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(std::string("cannot read ") + path);
  return nlohmann::json::parse(file);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) throw std::runtime_error("usage: validate_json SCHEMA [DOCUMENT...]");
    const nlohmann::json schema_document = read(argv[1]);
    valijson::Schema schema;
    valijson::SchemaParser(valijson::SchemaParser::kDraft7)
        .populateSchema(Adapter(schema_document), schema);
    bool valid = true;
    if (argc == 2) valid = is_valid(schema, nlohmann::json::parse(std::cin), "standard input");
    for (int index = 2; index < argc; ++index) {
      valid = is_valid(schema, read(argv[index]), argv[index]) && valid;
    }
    return valid ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "validate_json: " << error.what() << '\n';
    return 3;
  }
}
