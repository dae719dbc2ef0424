"""Stripe's form encoding of nested parameters: `a[b][0][c]=1`, lists also as `a[]=1`."""

import re
from urllib.parse import parse_qsl


def decode(text):
    root = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        parts = [key.split("[")[0], *re.findall(r"\[([^\]]*)\]", key)]
        _place(root, parts, value)
    return {key: _settle(value) for key, value in root.items()}


def _place(node, parts, value):
    for part in parts[:-1]:
        below = node.get(part)
        if not isinstance(below, dict):
            below = node[part] = {}
        node = below
    if parts[-1] == "":
        node.setdefault("", []).append(value)
    else:
        node[parts[-1]] = value


def _settle(node):
    """Turns {'': [..]} and {'0': .., '1': ..} into lists, deepest first."""
    if not isinstance(node, dict):
        return node
    if set(node) == {""}:
        return node[""]
    node = {key: _settle(value) for key, value in node.items()}
    if node and all(key.isdigit() for key in node):
        return [node[key] for key in sorted(node, key=int)]
    return node
