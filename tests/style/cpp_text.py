"""Reads C++ text well enough for style rules: comments and strings blanked, function bodies and lambdas found.

Not a parser. It knows braces, parentheses and what stands before a brace; that is enough for code that clang-format wrote.
"""
import re
from dataclasses import dataclass

MASKED = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'""",
    re.S)
CONTROL = re.compile(r"\b(if|for|while|switch|catch|return|else|do|try)\b")
SCOPE = re.compile(r"^\s*(\[\[[^\]]*\]\]\s*)*(inline\s+)?(export\s+)?(template\b|namespace\b|class\b|struct\b|union\b|enum\b|extern\b)")


def mask(text, keep_strings=False):
    """The text with comments (and strings) replaced by spaces, line breaks kept: positions stay true."""
    def blank(match):
        found = match.group(0)
        if keep_strings and not found.startswith("/"):
            return found
        if found.startswith("/"):
            return re.sub(r"[^\n]", " ", found)
        return '"' + re.sub(r"[^\n]", " ", found[1:-1]) + '"'
    return MASKED.sub(blank, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def matching(text, position):
    """Position of the bracket that closes the one at `position`, or the end of the text."""
    opening = text[position]
    closing = {"(": ")", "{": "}", "[": "]", "<": ">"}[opening]
    depth = 0
    for i in range(position, len(text)):
        if text[i] == opening:
            depth += 1
        elif text[i] == closing and not (closing == ">" and text[i - 1] in "-="):
            depth -= 1
            if depth == 0:
                return i
    return len(text) - 1


@dataclass
class Function:
    name: str
    first_line: int
    lines: int


def functions(code):
    """Outermost functions of masked code, with their length from signature to closing brace."""
    found = []
    position = statement = 0
    while position < len(code):
        at = code[position]
        if at in ";}":
            statement = position + 1
        elif at in "(":
            position = matching(code, position)
        elif at == "#" and code[statement:position].strip() == "":
            position = _end_of_directive(code, position)
            statement = position + 1
        elif at == "{":
            head = code[statement:position]
            kind = _kind_of_brace(head)
            if kind == "scope":
                statement = position + 1
            else:
                end = matching(code, position)
                if kind == "function":
                    start = statement + len(head) - len(head.lstrip())
                    found.append(Function(_name(head), line_of(code, start), code.count("\n", start, end) + 1))
                    statement = end + 1
                position = end
        position += 1
    return found


def _end_of_directive(code, position):
    while True:
        end = code.find("\n", position)
        if end < 0:
            return len(code)
        if code[end - 1] != "\\":
            return end
        position = end + 1


def _kind_of_brace(head):
    """What a brace opens outside of functions: a scope, a function body, or a value."""
    flat = head.strip()
    declared = re.sub(r"^template\s*<.*?>\s*(requires\b[^{]*)?", "", flat, flags=re.S)
    if SCOPE.match(declared) and not re.search(r"\)\s*(const|noexcept|override|final|->.*)?\s*$", declared, re.S):
        return "scope"
    if "(" not in flat or re.search(r"(?<![=!<>])=(?!=)\s*[^()]*$", flat):
        return "value"
    if re.search(r"\)\s*(noexcept\s*)?:(?!:)", flat) and re.search(r"[\w>]$", flat):
        return "value"  # a member in a constructor's list, initialised with braces
    return "function"


def _name(head):
    match = re.search(r"([~\w:]+|operator\s*[^\s(]+)\s*\(", head)
    return match.group(1) if match else head.strip()[:30]


@dataclass
class Lambda:
    captures: str
    parameters: str
    result: str
    body: str
    line: int


def lambdas(code):
    """Every lambda of masked code that has a body."""
    found = []
    for match in re.finditer(r"\[", code):
        before = code[:match.start()].rstrip()
        if before and (re.match(r"[\w\])]", before[-1]) and not re.search(r"\b(return|co_return|co_await|co_yield)$", before)):
            continue
        if before.endswith("[") or code.startswith("[[", match.start()):
            continue
        end = matching(code, match.start())
        rest = re.compile(r"\s*(<[^{;]*?>)?\s*(\()?").match(code, end + 1)
        position, parameters = rest.end(), ""
        if rest.group(2):
            close = matching(code, rest.end() - 1)
            parameters, position = code[rest.end():close], close + 1
        body_at = re.compile(r"(?P<result>[^{};()]*(\([^{};()]*\))?[^{};()]*)\{").match(code, position)
        if not body_at:
            continue
        close = matching(code, body_at.end() - 1)
        found.append(Lambda(code[match.start() + 1:end].strip(), parameters, body_at.group("result"),
                            code[body_at.end():close], line_of(code, match.start())))
    return found


def without_lambdas(body):
    """A function body with the bodies of the lambdas inside it blanked."""
    for inner in lambdas(body):
        if inner.body.strip():
            body = body.replace(inner.body, " " * len(inner.body))
    return body


def coroutines(code):
    """(name, parameters, line) of each declaration or definition that returns a Task."""
    found = []
    for match in re.finditer(r"\bTask\s*<", code):
        end = matching(code, match.end() - 1)
        call = re.compile(r"\s*([\w:]+)\s*\(").match(code, end + 1)
        if call:
            close = matching(code, call.end() - 1)
            found.append((call.group(1), code[call.end():close], line_of(code, match.start())))
    return found
