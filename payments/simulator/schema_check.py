"""Checks every request and response against Stripe's own schema.

The schema uses few keywords, so each one is compiled once into a closure; a general validator
took 5–10 ms for a Checkout Session, this takes a fraction of a millisecond.
Every checker is `check(value, path, problems) -> value`, the value coerced from form text if asked.
"""

import json
import re
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

SCHEMA_FILE = Path(__file__).parent / "schema" / "stripe.json"
TYPES = {
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
}


class Problem(NamedTuple):
    kind: str  # unknown, missing or invalid
    param: str
    detail: str


class Operation(NamedTuple):
    method: str
    template: str
    ids: dict
    read: object  # checks and coerces the parameters
    check: object  # checks a response of status 200


class Compiler:
    """Compiles schemas once; `forms` coerces text, and treats open enumerations as closed, as Stripe does."""

    def __init__(self, schemas, forms):
        self.schemas, self.forms, self.done = schemas, forms, {}

    def named(self, name):
        if name not in self.done:
            self.done[name] = self.compile(self.schemas[name])
        return self.done[name]

    def compile(self, schema):
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[-1]
            # Looked up when used, not now: schemas refer to themselves.
            return lambda value, path, problems: self.named(name)(value, path, problems)  # noqa: PLW0108
        if "anyOf" in schema:
            return self._any_of(schema["anyOf"])
        if "enum" in schema or "const" in schema:
            return _one_of(schema.get("enum", [schema.get("const")]))
        kind = schema.get("type")
        if kind == "array":
            return self._array(self.compile(schema.get("items", {})))
        if kind == "object" or "properties" in schema:
            return self._object(schema)
        return self._scalar(kind, schema.get("x-open-enum")) if kind else lambda value, path, problems: value

    def _scalar(self, kind, open_enum):
        fits, forms = TYPES[kind], self.forms
        allowed = set(open_enum) if open_enum and forms else None

        def check(value, path, problems):
            if forms and isinstance(value, str) and kind != "string":
                value = _from_text(value, kind)
            if not fits(value):
                problems.append(Problem("invalid", path, f"Invalid {kind}: {_short(value)}"))
            elif allowed and value not in allowed:
                problems.append(Problem("invalid", path, f"must be one of {', '.join(sorted(allowed))}"))
            return value

        return check

    def _array(self, item):
        def check(value, path, problems):
            if not isinstance(value, list):
                problems.append(Problem("invalid", path, "Invalid array"))
                return value
            return [item(each, f"{path}[{number}]", problems) for number, each in enumerate(value)]

        return check

    def _object(self, schema):
        properties = {name: self.compile(below) for name, below in schema.get("properties", {}).items()}
        required = schema.get("required", [])
        more = schema.get("additionalProperties", True)
        rest = self.compile(more) if isinstance(more, dict) else None

        def check(value, path, problems):
            if not isinstance(value, dict):
                problems.append(Problem("invalid", path, "Invalid object"))
                return value
            for name in required:
                if name not in value:
                    problems.append(Problem("missing", _inside(path, name), "missing"))
            result = {}
            for name, below in value.items():
                checker = properties.get(name) or rest
                if checker:
                    below = checker(below, _inside(path, name), problems)
                elif more is False:
                    problems.append(Problem("unknown", _inside(path, name), "unknown"))
                result[name] = below
            return result

        return check

    def _any_of(self, alternatives):
        checkers = [self.compile(each) for each in alternatives]
        tagged = {}
        for each, checker in zip(alternatives, checkers, strict=True):
            for name in self._object_names(each):
                tagged[name] = checker

        def check(value, path, problems):
            if isinstance(value, dict) and value.get("object") in tagged:
                return tagged[value["object"]](value, path, problems)
            closest = None
            for checker in checkers:
                found = []
                result = checker(value, path, found)
                if not found:
                    return result
                if closest is None or _nearness(found) > _nearness(closest):
                    closest = found
            problems.extend(closest or [])
            return value

        return check

    def _object_names(self, schema):
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[-1]]
        return schema.get("properties", {}).get("object", {}).get("enum", [])


class Schema:
    def __init__(self, file=SCHEMA_FILE):
        self.document = json.loads(file.read_text())
        self.schemas = self.document["components"]["schemas"]
        self.version = self.document["info"]["version"]
        self.of_form, self.of_json = Compiler(self.schemas, True), Compiler(self.schemas, False)
        self.compiled = {}

    @cached_property
    def routes(self):
        paths = sorted(self.document["paths"], key=lambda path: path.count("{"))
        return [(re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "$"), path) for path in paths]

    def operation(self, method, path):
        """The operation for a request, or None if the schema has none."""
        for pattern, template in self.routes:
            found = pattern.match(path)
            if found and method.lower() in self.document["paths"][template]:
                key = (method.lower(), template)
                if key not in self.compiled:
                    self.compiled[key] = self._compile(*key)
                return Operation(*key, found.groupdict(), *self.compiled[key])
        return None

    def _compile(self, method, template):
        spec = self.document["paths"][template][method]
        answer = spec["responses"]["200"]["content"]["application/json"]["schema"]
        return self._reader(spec, template), self.of_json.compile(answer)

    def _reader(self, spec, template):
        content = spec.get("requestBody", {}).get("content", {})
        if content:
            schema = next(iter(content.values()))["schema"]
        else:
            query = [each for each in spec["parameters"] if each["in"] == "query"]
            schema = {"type": "object", "properties": {each["name"]: each["schema"] for each in query}}
            schema["additionalProperties"] = False
            if template.startswith("/v2/"):
                schema["properties"]["page"] = {"type": "string"}
        compiler = self.of_json if "application/json" in content else self.of_form
        return compiler.compile(schema)

    def problems_of(self, name, value):
        """How a whole object differs from its named schema. A name that Stripe does not have is a problem too."""
        found = []
        if name in self.schemas:
            self.of_json.named(name)(value, name, found)
        else:
            found.append(Problem("invalid", str(name), "no object of that name in the schema"))
        return found


def _one_of(values):
    def check(value, path, problems):
        if value not in values:
            names = ", ".join(map(str, values))
            problems.append(Problem("invalid", path, f"must be one of {names}"))
        return value

    return check


def _nearness(problems):
    """The alternative that went deepest, then with the fewest problems, is the one that was meant."""
    return max(problem.param.count("[") for problem in problems), -len(problems)


def _inside(path, name):
    return f"{path}[{name}]" if path else name


def _short(value):
    return str(value)[:60]


def _from_text(value, kind):
    if kind == "integer" and re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value) if "." in value else int(value)
    if kind == "null" and value == "":
        return None
    return value
