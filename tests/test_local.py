"""The two commands: private servers, the supervisor, data folders, ports. Real processes, short ones."""

import fcntl
import io
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psycopg2
import pytest

from marketplace.local import chromium, cli, environment, run
from marketplace.local.datadir import DataFolder, DataFolderBusy
from marketplace.local.guardian import GRACE
from marketplace.local.manage import family
from marketplace.local.ports import NoFreePort, next_free_port
from marketplace.local.processes import Family
from marketplace.local.pytest_plugin import database_of
from marketplace.local.servers import remove_everything, servers

ROOT = environment.ROOT
FOREVER = "import time; time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); {FOREVER}"
# Two programs, one of which has a child of its own that ignores being asked to stop.
SITE = """
    import sys
    from pathlib import Path
    from textwrap import dedent
    from marketplace.local.manage import family
    from marketplace.local.supervisor import Program, Supervisor
    PARENT = '''
    import os, subprocess, sys, time
    child = subprocess.Popen([sys.executable, "-c", sys.argv[2]], stdout=subprocess.PIPE)
    child.stdout.readline()
    open(sys.argv[1], "w").write(f"{os.getpid()} {child.pid}")
    time.sleep(600)
    '''
    OTHER = 'import os, sys, time; open(sys.argv[1], "w").write(str(os.getpid())); time.sleep(600)'
    DYING = 'import sys; print("the last words of it"); sys.exit(3)'
    folder, stubborn, ending = Path(sys.argv[1]), sys.argv[2], sys.argv[3:] == ["ending"]
    def start():
        supervisor.start(Program("parent", [sys.executable, "-c", dedent(PARENT), folder / "a", stubborn]))
        supervisor.start(Program("other", [sys.executable, "-c", OTHER, folder / "b"]))
        if not supervisor.watch(until=lambda: all((folder / n).exists() and (folder / n).read_text() for n in "ab")):
            return False
        (folder / "ready").touch()
        if ending:
            supervisor.start(Program("dying", [sys.executable, "-c", DYING]))
        return True
    with family() as children:
        supervisor = Supervisor(children, None)
        code = supervisor.serve(start)
    sys.exit(code)
"""


def start_site(folder, *arguments):
    command = [sys.executable, "-c", textwrap.dedent(SITE), str(folder), STUBBORN, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def wait_until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not true after {seconds} s"
        time.sleep(0.02)


def is_gone(pid):
    """Ended; one that nobody has collected yet counts as ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    if not Path("/proc/self/stat").exists():
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def pids_in(folder):
    return [int(word) for name in "ab" for word in (folder / name).read_text().split()]


# --- The supervisor -----------------------------------------------------------------------------


def test_when_one_program_ends_all_stop_and_its_last_words_are_shown(tmp_path):
    site = start_site(tmp_path, "ending")
    output, _ = site.communicate(timeout=30)
    assert site.returncode == 1
    assert "dying ended with code 3. Everything stops. Its last lines:\n    the last words of it\n" in output
    assert [is_gone(pid) for pid in pids_in(tmp_path)] == [True, True, True]


def test_kill_nine_of_the_supervisor_leaves_no_process(tmp_path):
    site = start_site(tmp_path)
    wait_until((tmp_path / "ready").exists)
    site.kill()
    site.communicate()
    wait_until(lambda: all(map(is_gone, pids_in(tmp_path))), seconds=GRACE + 5)


def test_stopping_takes_less_than_three_seconds_however_stubborn_a_program_is(tmp_path):
    supervisor_family = Family()
    child = supervisor_family.start([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"up\n"
    began = time.monotonic()
    supervisor_family.stop([child], grace=0.5)
    supervisor_family.close()
    child.stdout.close()
    assert child.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 3


def test_servers_start_survive_a_kill_nine_of_their_owner_and_start_again(tmp_path, monkeypatch):
    """One test, because starting PostgreSQL is what takes time here."""
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")
    script = """
        import sys, os, time
        from marketplace.local.datadir import DataFolder
        from marketplace.local.manage import family
        from marketplace.local.servers import servers
        data = DataFolder(sys.argv[1])
        with data.locked("a test"), family(data) as children, servers(data, children, durable=False) as addresses:
            data.announce(addresses)
            time.sleep(600)
    """
    owner = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script), str(tmp_path)], cwd=ROOT)
    data = DataFolder(tmp_path)
    wait_until(lambda: data.state().get("environment"), seconds=60)
    with pytest.raises(DataFolderBusy, match=f"a test \\(process {owner.pid}\\) is using"), data.locked("second"):
        pass
    postgres = int((next(tmp_path.glob("postgres-*")) / "postmaster.pid").read_text().split()[0])
    owner.kill()
    owner.wait()
    with data.locked("second"), family(data) as children, servers(data, children, durable=False) as addresses:
        assert is_gone(postgres)  # the lock was kept until then
        assert ask(addresses["DATABASE_URL"], "SELECT lower('É') = 'é', current_setting('server_encoding')") == [
            (True, "UTF8")
        ]
        assert ask(addresses["DATABASE_URL"], "SELECT current_setting('listen_addresses')") == [("",)]
        assert oct(Path(addresses["DATABASE_URL"].partition("host=")[2]).stat().st_mode & 0o777) == "0o700"
        assert refuses_strangers(addresses["REDIS_URL"])
    remove_everything(data)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock"]


def ask(url, question):
    connection = psycopg2.connect(url)
    with connection.cursor() as cursor:
        cursor.execute(question)
        rows = cursor.fetchall()
    connection.close()
    return rows


def refuses_strangers(redis_url):
    port = int(redis_url.rpartition(":")[2].split("/")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(64).startswith(b"-NOAUTH")


def test_the_addresses_in_the_environment_are_used_instead(tmp_path, monkeypatch):
    wanted = {"DATABASE_URL": "postgres://db.example/market", "REDIS_URL": "redis://cache.example/3"}
    for name, address in wanted.items():
        monkeypatch.setenv(name, address)
    data = DataFolder(tmp_path)
    with servers(data, family=None) as addresses:
        assert addresses == wanted
    assert list(tmp_path.iterdir()) == []


def test_a_second_command_joins_running_servers_and_their_owner_waits_for_it(tmp_path):
    data = DataFolder(tmp_path)
    with data.joined() as running:
        assert running is None
    with data.locked("./dev run"):
        data.announce({"REDIS_URL": "redis://here"})
        with DataFolder(tmp_path).joined() as running:
            assert running == {"REDIS_URL": "redis://here"}
            with open(data / "users") as users, pytest.raises(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        data.wait_for_users()
    assert data.state() == {}


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path):
    data = DataFolder(tmp_path)
    keys = data.keys()
    assert data.keys() == keys
    assert sorted(keys) == ["SECRET_KEY", *(f"STRIPE_WEBHOOK_SECRET_{n}" for n in ("CONNECT", "PLATFORM", "THIN"))]
    assert len(set(keys.values())) == 4
    assert stat.S_IMODE((data / "keys.json").stat().st_mode) == 0o600
    assert DataFolder(tmp_path / "other").keys() != keys


def test_emptying_a_data_folder_leaves_what_is_not_ours(tmp_path):
    data = DataFolder(tmp_path)
    data.keys()
    (data / "media").mkdir()
    (data / "holiday.jpg").touch()
    data.empty()
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


# --- Ports ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "0.0.0.0")])
def test_a_taken_port_leads_to_the_next_free_one(kind, address):
    with socket.socket(kind) as taken:
        taken.bind((address, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < next_free_port(port) <= port + 20
        with pytest.raises(NoFreePort, match=f"None of the 1 ports from {port} is free."):
            next_free_port(port, tries=1)
    assert next_free_port(port) == port


def test_run_says_which_port_it_took_and_the_simulator_keeps_its_own(tmp_path, capsys):
    data = DataFolder(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wanted = taken.getsockname()[1]
        ports = run.choose_ports(data, wanted)
    assert capsys.readouterr().out == f"Port {wanted} is taken: using {ports['web']}.\n"
    again = run.choose_ports(data, ports["web"])
    assert again == ports
    assert capsys.readouterr().out == ""


# --- Environment, command line, browser -------------------------------------------------------------


def test_nothing_of_your_own_environment_reaches_the_site_as_a_setting(tmp_path, monkeypatch):
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_live_real")
    monkeypatch.setenv("EMAIL_URL", "smtp://real.example")
    monkeypatch.setenv("DEMO_MODE", "1")
    data = DataFolder(tmp_path)
    addresses = {"DATABASE_URL": "postgres://x/y", "REDIS_URL": "redis://x"}
    local = environment.for_run(data, addresses, port=8000, simulator_port=8100)
    assert (local["STRIPE_SECRET_KEY"], local["SITE_URL"]) == ("sk_test_simulator", "http://localhost:8000")
    assert local["STRIPE_HOSTED_ORIGINS"] == "http://127.0.0.1:8100,http://localhost:8100"
    production = environment.for_production_checks(data, addresses)
    assert [name for name in ("LOCAL", "DEMO_MODE", "DEBUG", "STRIPE_API_BASE") if name in production] == []
    assert [name for name in ("EMAIL_URL",) if name in local] == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["help"], 0, "./dev run [--port N]"),
        ([], 0, "./dev run [--port N]"),
        (["unknown"], 2, "There is no ./dev unknown."),
        (["manage", "--data"], 2, "--data needs a folder"),
        (["bench", "none-of-this-name"], 2, "There is no benchmark 'none-of-this-name'."),
        (["check", "too", "much"], 2, "unknown: too much"),
    ],
)
def test_the_command_line_says_what_it_did_not_understand(arguments, code, said, capsys, monkeypatch):
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # the test process keeps its own handlers
    assert cli.main(arguments) == code
    written = capsys.readouterr()
    assert said in written.out + written.err


def test_without_a_python_that_works_the_script_says_what_to_install(tmp_path):
    """Shims on PATH that only fail, as pyenv leaves them, are tried and passed over."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "dirname", "cksum", "cat", "mkdir"):
        (programs / name).symlink_to(shutil.which(name))
    for name in ("python3", "python3.11", "python3.13", "python"):
        (programs / name).write_text("#!/bin/sh\necho 'pyenv: version is not installed' >&2\nexit 127\n")
        (programs / name).chmod(0o755)
    for name in ("dev", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    nobody = {"PATH": str(programs), "HOME": "/nonexistent"}
    done = subprocess.run(["./dev", "run"], cwd=tmp_path, env=nobody, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("Proofwork needs Python 3.11 or newer with its venv module, or uv. Install one of:\n")
    assert "apt install python3 python3-venv" in done.stderr
    assert "pyenv" not in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_reset_asks_first(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    keys = DataFolder(tmp_path).keys()
    monkeypatch.setattr(sys, "stdin", io.StringIO("no\n"))
    assert cli.main(["reset", "--data", str(tmp_path)]) == 1
    assert DataFolder(tmp_path).keys() == keys
    assert cli.main(["reset", "--data", str(tmp_path), "--yes"]) == 0
    assert not (tmp_path / "keys.json").exists()


def test_a_browser_that_does_not_start_is_not_taken(tmp_path, monkeypatch):
    stub = tmp_path / "chromium"
    stub.write_text("#!/bin/sh\necho 'install me first'; exit 10\n")
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROME_BIN", raising=False)
    monkeypatch.setattr(chromium, "MAC_APPLICATIONS", ())
    monkeypatch.setattr(chromium, "BROWSERS", tmp_path)
    assert chromium.find() is None
    with pytest.raises(chromium.NoBrowser, match="CHROME_BIN=/path/to/chrome"):
        chromium.launch_options()
    monkeypatch.setenv("CHROME_BIN", str(stub))
    with pytest.raises(chromium.NoBrowser, match="does not start"):
        chromium.find()


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        ([], True),
        (["-k", "offer"], True),
        (["tests"], True),
        (["tests/browser"], True),
        (["tests/test_local.py"], False),
        (["tests/test_local.py::test_reset_asks_first", "-x"], False),
    ],
)
def test_a_browser_is_looked_for_only_where_tests_use_one(arguments, needed):
    assert chromium.needs_browser(arguments) is needed


def test_each_process_of_a_test_run_has_a_redis_database_of_its_own():
    assert [database_of(worker) for worker in ("", "gw0", "gw1", "gw13")] == [0, 1, 2, 14]
