"""Connected accounts: made, onboarded, restricted, rejected, closed."""

import stripe

from tests.simulator.conftest import make_recipient, refused

RECIPIENT = {"include": ["configuration.recipient", "requirements"]}
STATUS_EVENT = "v2.core.account[configuration.recipient].capability_status_updated"


def status(client, id):
    account = client.v2.core.accounts.retrieve(id, RECIPIENT)
    return account.configuration.recipient.capabilities.stripe_balance.stripe_transfers.status


def test_a_new_account_cannot_be_paid_yet(client, recipient):
    assert recipient.id.startswith("acct_")
    assert recipient.dashboard == "express"
    assert recipient.configuration.recipient.capabilities.stripe_balance.stripe_transfers.status == "restricted"
    assert len(recipient.requirements.entries) > 0


def test_fields_come_only_when_included(client, recipient):
    plain = client.v2.core.accounts.retrieve(recipient.id)
    assert not getattr(plain, "configuration", None)
    assert client.v2.core.accounts.retrieve(recipient.id, RECIPIENT).configuration.recipient.applied is True


def test_update_merges(client, recipient):
    changed = client.v2.core.accounts.update(recipient.id, {"display_name": "R. Quist", "metadata": {"student": "7"}})
    assert (changed.display_name, changed.contact_email) == ("R. Quist", "robin@example.com")
    again = client.v2.core.accounts.update(recipient.id, {"metadata": {"cohort": "a"}})
    assert again.metadata.to_dict() == {"student": "7", "cohort": "a"}


def test_an_onboarding_link_expires_soon(client, recipient):
    onboarding = {"refresh_url": "https://example.com/refresh", "return_url": "https://example.com/return"}
    use_case = {"type": "account_onboarding", "account_onboarding": onboarding}
    link = client.v2.core.account_links.create({"account": recipient.id, "use_case": use_case})
    assert link.account == recipient.id
    assert link.url.startswith("http")
    assert link.expires_at > link.created


def test_configurations_on_a_link_are_gone_in_this_version(client, recipient):
    onboarding = {"refresh_url": "https://example.com/refresh", "configurations": ["recipient"]}
    use_case = {"type": "account_onboarding", "account_onboarding": onboarding}
    error = refused(client.v2.core.account_links.create, {"account": recipient.id, "use_case": use_case})
    assert isinstance(error, stripe.InvalidRequestError)


def test_an_account_nobody_knows(client):
    assert refused(client.v2.core.accounts.retrieve, "acct_nobody").http_status == 404


def test_outcomes_of_onboarding(client, simulator, recipient):
    for outcome in ("pending", "restricted", "active", "rejected"):
        simulator.control("POST", f"accounts/{recipient.id}/onboard", {"outcome": outcome})
        assert status(client, recipient.id) == outcome
    assert simulator.try_control("POST", f"accounts/{recipient.id}/onboard", {"outcome": "maybe"})[0] == 400
    assert status(client, recipient.id) == "rejected"


def test_the_same_account_in_v1(client, simulator, recipient):
    before = client.v1.accounts.retrieve(recipient.id)
    assert (before.details_submitted, before.payouts_enabled) == (False, False)
    assert before.requirements.disabled_reason == "requirements.past_due"
    simulator.control("POST", f"accounts/{recipient.id}/onboard")
    after = client.v1.accounts.retrieve(recipient.id)
    assert (after.details_submitted, after.payouts_enabled, after.capabilities.transfers) == (True, True, "active")
    assert after.external_accounts.data[0].last4 == "6789"


def test_a_login_link_needs_finished_onboarding(client, simulator, recipient):
    assert refused(client.v1.accounts.login_links.create, recipient.id).http_status == 400
    simulator.control("POST", f"accounts/{recipient.id}/onboard")
    link = client.v1.accounts.login_links.create(recipient.id)
    assert link.url.startswith(f"{simulator.url}/express/{recipient.id}/")


def test_closing_needs_an_empty_balance(client, simulator, ready, pay):
    paid = pay()
    transfer = {"amount": 10_000, "currency": "usd", "destination": ready.id, "source_transaction": paid["charge"]}
    client.v1.transfers.create(transfer)
    assert refused(client.v2.core.accounts.close, ready.id).http_status == 400
    simulator.control("POST", "clock", {"days": 4})
    assert client.v2.core.accounts.close(ready.id).closed is True
    assert refused(client.v2.core.accounts.update, ready.id, {"display_name": "x"}).code == "account_closed"
    assert client.v2.core.accounts.retrieve(ready.id).display_name == "Robin Quist"


def test_listing(client, simulator):
    made = [make_recipient(client, f"Student {number}").id for number in range(5)]
    first = client.v2.core.accounts.list({"limit": 2})
    assert [account.id for account in first.data] == [made[4], made[3]]
    assert [account.id for account in first.auto_paging_iter()] == made[::-1]


def test_changes_are_told(client, simulator, inbox, recipient):
    simulator.control("POST", f"accounts/{recipient.id}/onboard")
    simulator.control("POST", f"accounts/{recipient.id}/capability", {"status": "restricted"})
    simulator.control("POST", f"accounts/{recipient.id}/close")
    assert simulator.control("POST", "webhooks/settle")["settled"] is True
    assert sorted(inbox.types("thin")) == sorted(
        [
            "v2.core.account.created",
            "v2.core.account[requirements].updated",
            STATUS_EVENT,
            "v2.core.account[requirements].updated",
            STATUS_EVENT,
            "v2.core.account.closed",
        ]
    )
    assert {event["related_object"]["id"] for event in inbox.events("thin")} == {recipient.id}
    assert {event["account"] for event in inbox.events("connect")} == {recipient.id}
    assert set(inbox.types("connect")) == {"account.updated", "account.external_account.created"}
