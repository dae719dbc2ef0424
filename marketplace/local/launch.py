"""Run a command that cannot outlive its parent: `launch.py SIGNAL PARENT IDENTITY COMMAND…`

A script of its own, because forking with Python code in between is not safe once threads run.
IDENTITY is `same`, `namespace` (root looks like nobody to itself) or `UID:GID` to change to.
Only the standard library: it runs with `-I -S` in about 15 ms, then replaces itself with the command.
"""

import ctypes
import os
import platform
import sys

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
NOBODY = 65534


def enter_user_namespace(libc):
    """Look like nobody to ourselves while staying root to the files: PostgreSQL refuses to run as root."""
    user, group = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "this system does not allow user namespaces")
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{NOBODY} {user} 1"),
        ("gid_map", f"{NOBODY} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(line)


def become(user, group):
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)


def main(death_signal, parent, identity, *command):
    libc = ctypes.CDLL(None, use_errno=True)
    if identity == "namespace":
        enter_user_namespace(libc)
    elif identity != "same":
        become(*map(int, identity.split(":")))
    if platform.system() == "Linux":  # after the identity, which would clear it; elsewhere only the guardian watches
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
    if parent != "0" and os.getppid() != int(parent):
        raise SystemExit("the parent was gone before its child had started")
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
