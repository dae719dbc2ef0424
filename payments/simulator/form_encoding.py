"""Stripe's form encoding of nested parameters: `a[b][0][c]=1`, lists also as `a[]=1`."""

import re
from urllib.parse import parse_qsl

DEEPEST = 20
INDEX = re.compile(r"[0-9]{1,6}")


def decode(text):
    """Nested dicts and lists of text. Raises ValueError for names nested beyond reason."""
    root = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        parts = [key.split("[")[0], *re.findall(r"\[([^\]]*)\]", key)]
        if len(parts) > DEEPEST:
            raise ValueError(f"{key[:60]}… is nested too deeply")
        _place(root, parts, value)
    return {key: _settle(value) for key, value in root.items()}


def _place(node, parts, value):
    """Where two names contradict each other (`a=1&a[b]=2`), the later one counts."""
    for part in parts[:-1]:
        below = node.get(part)
        if not isinstance(below, dict):
            below = node[part] = {}
        node = below
    if parts[-1] != "":
        node[parts[-1]] = value
    elif isinstance(node.get(""), list):
        node[""].append(value)
    else:
        node[""] = [value]


def _settle(node):
    """Turns {'': [..]} and {'0': .., '1': ..} into lists, deepest first."""
    if not isinstance(node, dict):
        return node
    if set(node) == {""} and isinstance(node[""], list):
        return node[""]
    node = {key: _settle(value) for key, value in node.items()}
    if node and all(INDEX.fullmatch(key) for key in node):
        return [node[key] for key in sorted(node, key=int)]
    return node
