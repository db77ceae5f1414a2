"""Checks what a compiler does not: sizes, names, the direction of includes, words, and that documents tell the truth about paths.

    python tools/tidy.py           check; one line for each thing that is wrong
    python tools/tidy.py --sizes   print the sizes as they are

tools/tidy_exceptions.txt lists the files and functions that are larger than the caps. Their sizes there are a ratchet: they may shrink only.
"""

import ast
import re
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXCEPTIONS = ROOT / "tools" / "tidy_exceptions.txt"

# Each folder of cpp/cask may include from itself and from later lines only.
LAYERS = [
    ["api"],
    ["deploy", "status"],
    ["cluster"],
    ["local"],
    ["worker"],
    ["scheduler"],
    ["net", "wire", "shuffle"],
    ["child"],
    ["store"],
    ["plan"],
    ["optimize"],
    ["expr"],
    ["compute"],
    ["io"],
    ["data"],
    ["base"],
]
RANK = {folder: rank for rank, folders in enumerate(LAYERS) for folder in folders}

# suffix: largest number of lines
FILE_CAPS = {".cc": 900, ".h": 450, ".py": 1500}
TEST_FILE_CAP = 1200
FUNCTION_CAP = 120
# (what, largest median, largest 90th percentile)
FILE_SPREAD = {".cc": (150, 500), ".h": (90, 220)}
FUNCTION_SPREAD = (10, 45)

DRAWERS = {"util", "utils", "common", "helper", "helpers", "misc"}
NARROW_INCLUDES_ONLY = ["arrow/api.h", "arrow/compute/api.h", "arrow/dataset/api.h", "arrow/flight/api.h", "arrow/io/api.h", "arrow/ipc/api.h"]

# (pattern, where it is allowed, what to say)
EVERYWHERE = [
    (r"\b(TODO|FIXME|XXX|HACK)\b", None, "unfinished business belongs in an issue, not in the source"),
    (r"/(root|srv|w[o]rk)/", None, "a path of one machine"),
]
IN_CPP = [
    (r"\b(std::rand|srand)\b|\brandom_device\b", "cpp/cask/base/", "randomness is seeded and comes from base/random.h"),
    (r"\bsystem_clock\b|\bgettimeofday\b", "cpp/cask/base/", "the time comes from base/clock.h"),
    (r"\bthrow\b(?!;)", "cpp/cask/api/", "errors are Status and Result; only cpp/cask/api turns one into an exception"),
    (r"#include <(iostream|regex)>", None, "heavy header: use fmt, or a parser of a few lines"),
]


def main():
    files = [path for path in tracked_files() if path.is_file()]
    sources = [path for path in files if path.suffix in (".cc", ".h", ".py") and not is_under(path, "web")]
    functions = {path: list(functions_of(path)) for path in sources}
    if "--sizes" in sys.argv[1:]:
        print_sizes(sources, functions)
        return 0
    problems = []
    problems += check_sizes(sources, functions)
    problems += check_spread(sources, functions)
    problems += check_names(files)
    problems += check_lines(files)
    problems += check_includes(sources)
    problems += check_cmake(sources)
    problems += check_documents(files)
    for problem in problems:
        print(problem)
    if problems:
        print(f"tidy: {len(problems)} things to put right")
        return 1
    print(f"tidy: {len(files)} files are in order")
    return 0


def tracked_files():
    """The files of the project: those git knows or would know, not what is built or made."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in sorted(set(listed.decode().split("\0"))) if name]


def relative(path):
    return path.relative_to(ROOT).as_posix()


def is_under(path, folder):
    return relative(path).startswith(folder.rstrip("/") + "/")


def is_test(path):
    return path.stem.endswith("_test") or path.stem.startswith("test_") or is_under(path, "tests")


def lines_of(path):
    return path.read_text(encoding="utf-8", errors="replace").split("\n")


# --- sizes --------------------------------------------------------------------------------------------------------------


def line_count(path):
    return len(lines_of(path)) - 1


def file_cap(path):
    return TEST_FILE_CAP if is_test(path) else FILE_CAPS[path.suffix]


def read_exceptions():
    exceptions = {}
    if EXCEPTIONS.exists():
        for line in EXCEPTIONS.read_text().splitlines():
            if line.strip() and not line.startswith("#"):
                name, size = line.rsplit(None, 1)
                exceptions[name] = int(size)
    return exceptions


def check_sizes(sources, functions):
    exceptions = read_exceptions()
    measured = {relative(path): (line_count(path), file_cap(path)) for path in sources}
    for path in sources:
        if not is_test(path):
            for name, _, size in functions[path]:
                measured[f"{relative(path)}:{name}"] = (size, FUNCTION_CAP)
    for name, (size, cap) in measured.items():
        allowed = max(cap, exceptions.get(name, 0))
        if size > allowed:
            grew = " (it may shrink only)" if name in exceptions else ""
            yield f"{name}: {size} lines, the cap is {allowed}{grew}"
    for name, size in exceptions.items():
        now, cap = measured.get(name, (0, size))
        if now <= cap:
            yield f"{relative(EXCEPTIONS)}: {name} is within the caps now, take it out"
        elif now < size:
            yield f"{relative(EXCEPTIONS)}: {name} has shrunk to {now} lines, say so there"


def check_spread(sources, functions):
    for suffix, (median, ninety) in FILE_SPREAD.items():
        sizes = [line_count(path) for path in sources if path.suffix == suffix and not is_test(path)]
        yield from spread(f"{suffix} files", sizes, median, ninety)
    sizes = [size for path in sources if path.suffix != ".py" and not is_test(path) for _, _, size in functions[path]]
    yield from spread("C++ functions", sizes, *FUNCTION_SPREAD)


def spread(what, sizes, median, ninety):
    if len(sizes) < 10:
        return
    half, most = statistics.median(sizes), statistics.quantiles(sizes, n=10)[-1]
    if half > median:
        yield f"{what}: the median is {half:.0f} lines, {median} at most"
    if most > ninety:
        yield f"{what}: one in ten is above {most:.0f} lines, {ninety} at most"


def print_sizes(sources, functions):
    for suffix in FILE_CAPS:
        sizes = sorted((line_count(path), relative(path)) for path in sources if path.suffix == suffix)
        if sizes:
            print(f"{suffix}: {len(sizes)} files, median {statistics.median(s for s, _ in sizes):.0f}, largest {sizes[-3:][::-1]}")
    sizes = sorted((size, f"{relative(path)}:{line} {name}") for path in sources for name, line, size in functions[path])
    print(f"functions: {len(sizes)}, median {statistics.median(s for s, _ in sizes):.0f}")
    for size, name in sizes[:-16:-1]:
        print(f"  {size:5} {name}")


# --- functions ----------------------------------------------------------------------------------------------------------


def functions_of(path):
    """(name, line, number of lines) of each function."""
    if path.suffix == ".py":
        yield from python_functions(path)
    else:
        yield from cpp_functions(path.read_text(encoding="utf-8", errors="replace"))


def python_functions(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno - body_start(node) + 1


def body_start(node):
    """The first line that counts: documentation does not make a function large."""
    first = node.body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return first.end_lineno + 1 if is_text else node.lineno


BLANKED = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-zA-Z_])\'(?:\\.|[^\'\\\n])+\'|^[ \t]*#(?:\\\n|[^\n])*', re.S | re.M
)
SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b[^()]*$|\b(class|struct)\b.*\balignas\b[^;]*$|^\s*$")
NAME = re.compile(r"([\w:~]+|operator\s*\S{1,3})\s*\(")


def cpp_functions(text):
    """Finds the bodies at namespace and class scope; a rough reading that needs no compiler."""
    text = BLANKED.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    start = position = 0
    while position < len(text):
        character = text[position]
        if character == "{":
            head = text[start:position]
            if not SCOPE.search(head.replace("\n", " ")):
                end = matching_brace(text, position)
                name = NAME.search(head)
                if name and "=" not in head[: name.start()]:
                    begin = start + len(head) - len(head.lstrip())
                    yield name.group(1), text.count("\n", 0, begin) + 1, text.count("\n", begin, end) + 1
                position = end
            start = position + 1
        elif character in ";}":
            start = position + 1
        position += 1


def matching_brace(text, position):
    depth = 0
    for match in re.compile(r"[{}]").finditer(text, position):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.start()
    return len(text) - 1


# --- names and words ----------------------------------------------------------------------------------------------------


def check_names(files):
    for path in files:
        for part in path.relative_to(ROOT).parts:
            if DRAWERS & set(re.split(r"[_.\-]", part.lower())):
                yield f"{relative(path)}: '{part}' names a drawer, not an idea"


def check_lines(files):
    for path in files:
        if path.suffix not in (".cc", ".h", ".py", ".md", ".txt", ".cmake", ".toml", ".sh", ".js", ".css", ".html", ".pyi", "") or is_under(path, "tests/data"):
            continue
        if path == Path(__file__).resolve() or is_under(path, "LICENSE") or "corpus" in path.parts:
            continue
        rules = EVERYWHERE + (IN_CPP if is_under(path, "cpp") and not is_test(path) else [])
        for number, line in enumerate(lines_of(path), 1):
            if line != line.rstrip():
                yield f"{relative(path)}:{number}: spaces at the end"
            for pattern, allowed, say in rules:
                if re.search(pattern, without_comment(line) if pattern.startswith(r"\bthrow") else line) and not (allowed and is_under(path, allowed)):
                    yield f"{relative(path)}:{number}: {say}"


def without_comment(line):
    return re.sub(r'"(?:\\.|[^"\\])*"', "", line.split("//")[0])


# --- includes and CMake -------------------------------------------------------------------------------------------------


def includes_of(path):
    for number, line in enumerate(lines_of(path), 1):
        match = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
        if match:
            yield number, match.group(1)


def check_includes(sources):
    for path in sources:
        if path.suffix == ".py":
            continue
        for number, included in includes_of(path):
            where = f"{relative(path)}:{number}"
            if included in NARROW_INCLUDES_ONLY:
                yield f"{where}: {included} is an umbrella that costs seconds a file; include what is used"
            if is_under(path, "cpp/cask"):
                yield from check_direction(where, path, included)
            elif is_under(path, "include") and included.startswith("cask/") and not (ROOT / "include" / included).exists():
                yield f"{where}: {included} is not installed, so a public header cannot include it"


def check_direction(where, path, included):
    folder = path.relative_to(ROOT / "cpp/cask").parts[0]
    parts = included.split("/")
    if parts[0] != "cask" or len(parts) < 3 or folder == parts[1] or folder not in RANK:
        return
    if parts[1] not in RANK:
        yield f"{where}: folder {parts[1]} has no place in the order (LAYERS in tools/tidy.py)"
    elif RANK[parts[1]] <= RANK[folder]:
        yield f"{where}: {folder} may not include from {parts[1]}, which stands above or beside it"


def check_cmake(sources):
    for path in sources:
        if path.suffix == ".cc" and is_under(path, "cpp"):
            if not named_in_cmake(path):
                yield f"{relative(path)}: no CMakeLists.txt names it, so it is never compiled"


def named_in_cmake(path):
    for folder in path.parents:
        listing = folder / "CMakeLists.txt"
        if listing.exists() and re.search(rf"(^|[\s(/\"]){re.escape(path.relative_to(folder).as_posix())}\b", listing.read_text(), re.M):
            return True
        if folder == ROOT:
            return False
    return False


# --- documents ----------------------------------------------------------------------------------------------------------

MADE = ("data", "build", "dist", ".venv")


def check_documents(files):
    tops = {path.relative_to(ROOT).parts[0] for path in files}
    for path in files:
        if path.suffix != ".md":
            continue
        for number, line in enumerate(lines_of(path), 1):
            for name in re.findall(r"`([\w.\-]+/[\w./\-]*)`", line):
                if name.split("/")[0] in tops - set(MADE) and not (ROOT / name).exists():
                    yield f"{relative(path)}:{number}: there is no {name}"
            for name in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", line):
                if not (path.parent / name).exists():
                    yield f"{relative(path)}:{number}: the link leads nowhere: {name}"


if __name__ == "__main__":
    sys.exit(main())
