"""The cast: the same people in every test. See tests/factories.py for rows in any state."""

import hypothesis
import pytest
from django.core.management.commands import flush
from django.db import connection, connections
from django.db.backends.postgresql.creation import DatabaseCreation
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories, migrated

# A busy machine is slow, and that is not a failure: no deadlines, no complaint about slow generation.
hypothesis.settings.register_profile(
    "tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("tests")


def pytest_configure():
    migrated.begin()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """The longest test first: begun among the last it left all other processes idle for more than a minute."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/browser/test_main_job.py"))


def pytest_unconfigure():
    migrated.end()


@pytest.fixture(scope="session")
def template_database():
    """Name of the database with all migrations that this run's databases are copies of."""
    return migrated.template()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, template_database):
    """pytest-django's: the database of each process begins as a copy."""
    connection.settings_dict["TEST"]["TEMPLATE"] = template_database


@pytest.fixture(autouse=True, scope="session")
def _empty_only_what_is_full():
    """After a transactional test, also tables whose triggers refuse it, and nothing else may. A hundred tables that are
    empty take half a second to truncate, and what migrations say of models need not be said again."""

    def handle(self, *, database, **options):
        connection = connections[database]
        kept = {"django_content_type", "auth_permission", "django_migrations"}
        tables = sorted(
            set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - kept
        )
        with connection.cursor() as cursor:
            cursor.execute(
                " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)
            )
            full = [table for (table,) in cursor]
            cursor.execute("SET session_replication_role = replica")
            try:
                for table in full:
                    cursor.execute(f"DELETE FROM {table}")
            finally:
                cursor.execute("SET session_replication_role = DEFAULT")

    original, flush.Command.handle = flush.Command.handle, handle
    yield
    flush.Command.handle = original


@pytest.fixture(autouse=True, scope="session")
def _drop_test_databases_by_force():
    """A thread or process of a race test may still hold a connection when the run ends: that is not a failure."""

    def drop(self, name, verbosity):
        with self._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {self.connection.ops.quote_name(name)} WITH (FORCE)")

    DatabaseCreation._destroy_test_db = drop


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """What a process remembers of searches is of another test's database."""
    from projects.search import front

    front.kept.clear()
    front.counted.clear()
    front.mended.clear()
    front.ranked.clear()


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """A hash that is as slow as it must be in production would be most of the tests' time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _static_files_when_asked_for(settings):
    """Each client has middleware of its own, and looking up all files for it took longer than most pages."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture
def student(db):
    """A User who is a student, eligible, with a public portfolio."""
    return factories.make_student("Robin Quist").user


@pytest.fixture
def other_student(db):
    return factories.make_student("Noor Haddad").user


@pytest.fixture
def organization(db):
    return factories.make_organization("Acme Analytics")


@pytest.fixture
def owner(organization):
    user = factories.make_user("Olive Owner")
    factories.make_member(organization, user, "owner")
    return user


@pytest.fixture
def member(organization):
    user = factories.make_user("Mel Member")
    factories.make_member(organization, user, "member")
    return user


@pytest.fixture
def finance(organization):
    user = factories.make_user("Fay Finance")
    factories.make_member(organization, user, "finance")
    return user


@pytest.fixture
def other_owner(db):
    """The owner of another organization."""
    user = factories.make_user("Otto Other")
    factories.make_organization("Birch Books", owner=user)
    return user


@pytest.fixture
def moderator(db):
    return factories.make_user("Sam Moderator", is_staff=True, is_superuser=True)


@pytest.fixture
def suspended(organization):
    """A member of the organization, and a student, who was suspended: may read, may not act."""
    user = factories.make_user("Sid Suspended", suspended_at=factories.NOW, suspension_reason="Off-platform payment")
    factories.make_student("Sid Suspended", user=user)
    factories.make_member(organization, user, "owner")
    return user


@pytest.fixture
def visitor():
    return Client()


@pytest.fixture
def client_of():
    """`client_of(user)`: a Client signed in as that user; None is a visitor."""

    def make(user):
        client = Client()
        if user is not None:
            client.force_login(user, backend="marketplace.accounts.adapters.AuthenticationBackend")
        return client

    return make


@pytest.fixture
def project(organization, owner):
    """An open project of the organization."""
    return factories.make_project(organization=organization)


@pytest.fixture
def query_count():
    """`query_count(client, url)`: how many queries a GET takes, after one that warms what is kept per process."""

    def count(client, url):
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(url)
        assert response.status_code == 200
        return len(captured)

    return count
