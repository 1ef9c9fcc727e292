"""Layers: an include goes along an arrow that CMakeLists.txt declares and the layers allow."""

from redzone_tidy import architecture
from redzone_tidy.finding import rule


def code_of_components(tree):
    return [file for file in tree.cpp("include", "src") if file.component]


def public_target(include):
    """The component of `redzone/<component>/...`, else None."""
    parts = include.name.split("/")
    return parts[1] if parts[0] == "redzone" and len(parts) > 2 else None


def private_target(tree, include):
    """The component of `"<component>/..."`, a header below src/, else None."""
    parts = include.name.split("/")
    known = set(tree.components) | set(architecture.ARROWS)
    return parts[0] if include.quoted and len(parts) > 1 and parts[0] in known else None


@rule("layers.declared_arrow",
      "take the arrow out of DEPENDS, or move the code to a component that may have it")
def declared_arrow(tree):
    """DEPENDS names only arrows that the architecture allows; the towers never meet below cli."""
    for component in tree.components.values():
        if component.name not in architecture.ARROWS:
            yield ("CMakeLists.txt", component.line,
                   f"'{component.name}' is no component of the architecture")
            continue
        for target in component.depends:
            if target not in architecture.ARROWS[component.name]:
                towers = [t for t in (architecture.RUNTIME, architecture.INSTRUMENTS)
                          if component.name in t or target in t]
                across = "; the runtime and the instruments never include each other"
                yield ("CMakeLists.txt", component.line,
                       f"'{component.name}' may not depend on '{target}'"
                       + (across if len(towers) == 2 and component.name != "cli" else ""))


@rule("layers.include", "name the component in DEPENDS if the architecture allows it, else do "
                        "without the header")
def include(tree):
    """A component includes its own headers and those of the components in its DEPENDS."""
    for file in code_of_components(tree):
        declared = tree.components.get(file.component)
        if declared is None:
            continue  # layers.unknown_component says so, once
        allowed = {file.component, *declared.depends}
        for item in file.includes:
            target = public_target(item)
            if target in tree.components and target not in allowed:
                yield (file.path, item.line,
                       f"{item.name}: '{target}' is not in the DEPENDS of '{file.component}'")


@rule("layers.unknown_component", "correct the name, or declare the component by one "
                                  "redzone_component() line in CMakeLists.txt")
def unknown_component(tree):
    """Code and includes belong to a component that CMakeLists.txt declares."""
    for file in tree.cpp("include", "src", "tests", "bench"):
        if file.area == "tests" and "consumers" in file.folders:
            continue
        if file.area in ("include", "src") and file.component not in tree.components:
            yield file.path, 1, f"its folder is no component: '{file.component}'"
        for item in file.includes:
            target = public_target(item)
            if target not in (None, file.component) and target not in tree.components:
                yield file.path, item.line, f"{item.name}: '{target}' is no component"


@rule("layers.private_header", "move what others need into include/redzone/<component>/")
def private_header(tree):
    """Headers below src/<component>/ are included by that component and its tests only."""
    for file in tree.cpp("include", "src", "tests", "bench"):
        for item in file.includes:
            target = private_target(tree, item)
            if target is None:
                continue
            if file.is_public:
                yield file.path, item.line, f"{item.name}: a public header includes a private one"
            elif target != file.component:
                yield file.path, item.line, f"{item.name}: private to '{target}'"


@rule("layers.narrow", "include only the headers that are listed, which compile as C++17")
def narrow(tree):
    """Heap and the headers of testing take no more of base than NARROW lists."""
    for file in code_of_components(tree):
        limits = architecture.NARROW.get((file.component, file.area), {})
        for item in file.includes:
            target = public_target(item)
            if target in limits and item.name not in limits[target]:
                listed = ", ".join(limits[target]) or "none"
                yield (file.path, item.line,
                       f"{item.name}: of '{target}' only these may be included here: {listed}")


@rule("layers.tests_and_bench", "production code stands without tests: move what is needed into a "
                                "component; share test code through tests/support/")
def tests_and_bench(tree):
    """Only tests include tests/support/ and their own folder, only benchmarks include bench/."""
    for file in tree.cpp("include", "src", "tests", "bench"):
        for item in file.includes:
            parts = [part for part in item.name.split("/") if part not in (".", "..")]
            if len(parts) < 2 or parts[0] not in ("tests", "bench"):
                continue
            if file.area in ("include", "src"):
                yield file.path, item.line, f"{item.name}: code of a component includes {parts[0]}/"
            elif parts[0] == file.area == "bench":
                continue
            elif parts[1] not in (*architecture.SHARED_TEST_FOLDERS, *file.folders[1:2]):
                yield file.path, item.line, f"{item.name}: belongs to other tests"


@rule("layers.include_path", "write the path from include/, src/ or the root of the project")
def include_path(tree):
    """A quoted include names its file from a root, never relative to the file's own folder."""
    for file in tree.cpp("include", "src", "tests", "bench"):
        if file.component in architecture.FREE_TEST_FOLDERS:
            continue
        for item in file.includes:
            own = f"{'/'.join(file.folders)}/{item.name}"
            if item.quoted and (item.name.startswith((".", "/")) or own in tree.by_path):
                yield file.path, item.line, f"{item.name}: relative to the including file"
            elif not item.quoted and item.name.startswith("redzone/"):
                yield file.path, item.line, f"<{item.name}>: our own headers stand in quotes"


@rule("layers.third_party", "use it through the component that owns it")
def third_party(tree):
    """A third-party header is included only by the components that own the dependency."""
    for file in code_of_components(tree):
        for item in file.includes:
            owners = architecture.THIRD_PARTY.get(item.name.split("/")[0])
            if owners is not None and file.component not in owners:
                yield (file.path, item.line,
                       f"{item.name}: belongs to {' and '.join(owners)}, not '{file.component}'")


@rule("layers.system_calls", "call the wrapper in os, or add one there")
def system_calls(tree):
    """Only os includes headers that reach the operating system."""
    for file in code_of_components(tree):
        if file.component == "os":
            continue
        allowed = architecture.SYSTEM_HEADERS_BESIDE_OS.get(file.component, ())
        for item in file.includes:
            is_system = (item.name in architecture.SYSTEM_HEADERS
                         or item.name.split("/")[0] in architecture.SYSTEM_HEADER_FOLDERS)
            if is_system and item.name not in allowed:
                yield file.path, item.line, f"<{item.name}>: only os makes system calls"
