import pytest

from tests.engagements.factories import engage


@pytest.fixture
def active(project, student):
    """Kicked off: the student may deliver."""
    return engage(project, student)


@pytest.fixture
def delivered(project, student):
    """Version 1 is under review, until NOW + 5 days."""
    return engage(project, student, status="delivered")


@pytest.fixture
def approved(project, student):
    return engage(project, student, status="approved")
