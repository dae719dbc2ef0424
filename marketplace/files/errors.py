"""What an opener says about a file that it cannot open."""


class CannotOpen(Exception):
    """The end of a sentence that begins with the file's name: "is protected by a password. Save it without one." """
