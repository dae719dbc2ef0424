"""What must not be in the repository: addresses of package registries, paths of somebody's machine, secrets."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from marketplace.local.environment import ROOT

SELF = Path(__file__).name
NEVER_TEXT = {
    ".png", ".jpg", ".jpeg", ".webp", ".heic", ".woff2", ".ttf", ".ico", ".pdf", ".zip", ".gz", ".docx", ".xlsx",
}  # fmt: skip
BUILT = {".git", ".venv", ".tools", ".data", ".data-test", "__pycache__", "staticfiles", "media"}
# Written in parts, so that this file does not contain what it forbids.
REGISTRIES = [
    "pypi" + ".org",
    "pypi" + ".python.org",
    "python" + "hosted.org",
    "npmjs" + ".org",
    "yarnpkg" + ".com",
    "crates" + ".io",
    "rubygems" + ".org",
    "proxy.golang" + ".org",
    "deb.debian" + ".org",
    "docker" + ".io/",
    "ghcr" + ".io/",
]
MACHINE_PATHS = [r"/home/\w+", r"/Users/\w+", r"/root/", r"/work/(?:main|shared)", r"C:\\Users"]
SECRETS = [
    r"sk_live_[0-9A-Za-z]{10,}",
    r"rk_live_[0-9A-Za-z]{10,}",
    r"sk_test_[0-9A-Za-z]{24,}",
    r"whsec_[0-9A-Za-z/+]{32,}",
    r"AKIA[0-9A-Z]{16}",
    r"gh[pousr]_[0-9A-Za-z]{30,}",
    r"xox[bp]-[0-9A-Za-z-]{20,}",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
]


@cache
def texts():
    """{path: text} of every file that git keeps, or would keep; all files where this is not a checkout."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    names = listed.stdout.split("\0") if listed.returncode == 0 else [str(p.relative_to(ROOT)) for p in ROOT.rglob("*")]
    paths = [ROOT / name for name in names if name and not BUILT & set(Path(name).parts)]
    kept = [path for path in paths if path.is_file() and path.suffix.lower() not in NEVER_TEXT and path.name != SELF]
    return {str(path.relative_to(ROOT)): path.read_text(errors="replace") for path in kept}


def found(patterns, *, exempt=()):
    one = re.compile("|".join(patterns))
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts().items()
        if not name.startswith(exempt)
        for number, line in enumerate(text.splitlines(), start=1)
        if one.search(line)
    ]


def test_the_files_are_found():
    assert {"dev", "manage.py", "requirements.lock", "marketplace/settings.py", "README.md"} <= set(texts())


def test_no_registry_is_named():
    assert found(map(re.escape, REGISTRIES)) == []


def test_no_path_of_a_machine_is_named():
    assert found(MACHINE_PATHS, exempt=("static/vendor/",)) == []


def test_no_secret_is_kept():
    assert found(SECRETS) == []


def test_the_patterns_find_what_they_are_for():
    examples = ["/home/ada/x", "/root/x", "sk_" + "live_0123456789ab", "AKIA" + "A" * 16]
    one = re.compile("|".join([*MACHINE_PATHS, *SECRETS]))
    assert [bool(one.search(example)) for example in examples] == [True] * 4


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-semantic.lock"])
def test_every_locked_package_has_hashes_and_no_address(name):
    lock = (ROOT / name).read_text()
    assert "://" not in lock
    assert "--index-url" not in lock
    entries = re.split(r"\n(?=\S)", "\n".join(line for line in lock.splitlines() if not line.lstrip().startswith("#")))
    without_hash = [entry.split()[0] for entry in entries if entry.strip() and "--hash=sha256:" not in entry]
    assert without_hash == []
    assert [entry.split()[0] for entry in entries if entry.strip() and "==" not in entry.split()[0]] == []


def test_the_locks_hold_what_pyproject_asks_for():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    for file, wanted in (
        ("requirements.lock", [*project["project"]["dependencies"], *groups["dev"]]),
        ("requirements-semantic.lock", groups["semantic"]),
    ):
        locked = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / file).read_text(), re.MULTILINE))
        names = [re.match(r"([\w.-]+)(?:\[[^\]]*\])?(?:==(\S+))?", line).groups() for line in wanted]
        assert [name for name, _ in names if name.lower() not in locked] == []
        assert {name: version for name, version in names if version and locked[name.lower()] != version} == {}


def test_the_commands_can_be_run():
    for name in ("dev", ".ci/run", "manage.py"):
        assert (ROOT / name).stat().st_mode & 0o111, name
    assert subprocess.run(["sh", "-n", "dev"], cwd=ROOT).returncode == 0
    assert "./dev test" in (ROOT / ".ci/run").read_text()


def test_the_licence_is_the_one_that_pyproject_names():
    text = (ROOT / "LICENSE").read_text()
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text()
    assert text.lstrip().startswith("Apache License\n                           Version 2.0, January 2004")
    assert "END OF TERMS AND CONDITIONS" in text


@pytest.mark.parametrize("path", sorted((ROOT / "payments/simulator").rglob("*.py")), ids=lambda path: path.stem)
def test_the_simulator_imports_nothing_of_the_product(path):
    """It plays the other side: what it shared with the product it could not catch."""
    depth = len(path.relative_to(ROOT / "payments/simulator").parts)  # the dots that stay inside
    product = {"marketplace", "projects", "applications", "engagements", "payments", "portfolio", "stripe"}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            inside = node.module and node.module.startswith("payments.simulator")
            assert node.level <= depth, ast.unparse(node)
            assert node.level or inside or node.module.split(".")[0] not in product, ast.unparse(node)
        elif isinstance(node, ast.Import):
            outside = [name.name for name in node.names if not name.name.startswith("payments.simulator")]
            assert not product & {name.split(".")[0] for name in outside}, ast.unparse(node)
