"""What people are told about their files."""

from marketplace.files.discarding import users_of
from marketplace.notifications.actions import notify


def file_blocked(stored, *, at):
    """To the owner alone; with the place where it was added, where the thing that uses it knows one (`file_url`)."""
    places = (user.file_url() for user in users_of(stored) if hasattr(user, "file_url"))
    notify(
        [stored.owner], kind="account.file_blocked", key=f"file_blocked:{stored.code}", at=at,
        title=f"“{stored.original_name}” did not pass the virus check"[:200],
        body=f"{stored.problem} Nobody can open the file, and nobody else is told what was found.\n\n"
        "Check your computer for viruses, then add a clean copy in its place.",
        facts=[("File", stored.original_name)], action="Replace the file", url=next(filter(None, places), ""),
    )  # fmt: skip
