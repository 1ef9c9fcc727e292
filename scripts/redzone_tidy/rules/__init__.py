"""The rules, by family; importing this package registers them all.

layers.declared_arrow layers.include layers.unknown_component layers.private_header layers.narrow
layers.tests_and_bench layers.include_path layers.third_party layers.system_calls
sizes.file sizes.function sizes.line
names.junk_drawer names.snake_case names.extension names.test_folder names.listed
headers.pragma_once headers.contract headers.using_namespace headers.file_set
constructs.exceptions constructs.streams constructs.missing_library constructs.assert
constructs.printf constructs.raw_memory constructs.unbudgeted_container constructs.const_cast
constructs.unsafe_c constructs.sleep constructs.nolint
text.tabs text.trailing_blanks text.line_ends text.final_newline text.ascii text.todo
text.machine_path text.plan_words
presets.supported_compiler presets.clang_twin presets.no_tests_action workflows.fail_closed
suppressions.grammar suppressions.fields suppressions.review suppressions.narrow
suppressions.unique suppressions.pair
exemptions.stale
"""

from redzone_tidy.rules import (  # noqa: F401
    layer_rules,
    size_rules,
    name_rules,
    header_rules,
    construct_rules,
    text_rules,
    build_rules,
    suppression_rules,
)
