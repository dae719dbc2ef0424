"""Getting in, in a real browser: sign-up, second step, passkey, a forgotten password, an invitation."""

import re
import time

import pytest
from allauth.mfa.totp.internal import auth as totp

from tests.browser.steps import PASSWORD, found_organization, sign_in, sign_up

pytestmark = pytest.mark.browser


def code_of(secret, ahead=0):
    """The six digits that an app shows now, or `ahead` steps of 30 seconds from now (each is taken once only)."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + ahead))


def sign_out(person):
    person.go("/accounts/logout/")
    person.check_page()
    person.submit(person.page.locator("main").get_by_role("button", name="Sign out"))


def check(person, path):
    person.go(path)
    person.check_page()


def prove_it_is_me(person):
    person.page.wait_for_url("**/reauthenticate/**")
    person.check_page()
    person.fill("Password", PASSWORD)
    person.submit("Continue")


def test_sign_up_asks_for_what_is_missing_and_knows_the_time_zone(person, site):
    ada = person("Ada")
    ada.go("/accounts/signup/")
    ada.submit("Create account")
    assert ada.page.evaluate("document.activeElement.className") == "error-summary"
    ada.page.get_by_role("link", name=re.compile("^Your name")).click()
    assert ada.page.evaluate("document.activeElement.name") == "name"
    ada.check_page()
    sign_up(ada, side="student", name="Ada King", email="ada@people.example")
    ada.check_page()
    zone = ada.page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    assert site.value("SELECT time_zone FROM accounts_user WHERE email = 'ada@people.example'") == zone
    for path in ("/account/profile/", "/accounts/email/", "/accounts/password/change/", "/notifications/"):
        check(ada, path)
    check(ada, "/notifications/preferences/")


def test_a_code_and_a_recovery_code(person):
    tess = person("Tess")
    sign_up(tess, side="student", name="Tess Ames", email="tess@people.example")
    check(tess, "/accounts/2fa/")
    tess.submit(tess.page.get_by_role("link", name="Set up an app"))
    prove_it_is_me(tess)
    tess.check_page()
    secret = tess.page.locator("code.secret").text_content()
    tess.fill("Type the six digits", code_of(secret))
    tess.submit("Turn it on")
    tess.check_page()
    recovery = tess.page.locator(".recovery-codes code").all_text_contents()
    assert len(recovery) == 10
    assert tess.site.mail("tess@people.example", "An authenticator app was added")
    sign_out(tess)
    sign_in(tess, "tess@people.example")
    tess.check_page()
    tess.fill("Code", "000000")
    tess.submit("Sign in")
    assert "This code is not right" in tess.page.locator("main").inner_text()
    tess.fill("Code", code_of(secret, ahead=1))
    tess.submit("Sign in")
    assert tess.page.url.endswith("/home/")
    sign_out(tess)
    sign_in(tess, "tess@people.example")
    tess.fill("Code", recovery[0])
    tess.submit("Sign in")
    assert tess.page.url.endswith("/home/")
    tess.go("/accounts/2fa/")
    assert "9 codes left." in tess.page.locator("main").inner_text()


def test_a_passkey(person):
    pia = person("Pia")
    sign_up(pia, side="employer", name="Pia Holm", email="pia@people.example")
    device = pia.context.new_cdp_session(pia.page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    pia.go("/accounts/2fa/webauthn/add/")
    prove_it_is_me(pia)
    pia.check_page()
    pia.submit("Add a passkey")
    check(pia, "/accounts/2fa/webauthn/")
    assert "Chrome on Linux" in pia.page.locator("main").inner_text()
    sign_out(pia)
    check(pia, "/accounts/login/?next=/account/profile/")
    pia.submit("Sign in with a passkey")
    pia.page.wait_for_url("**/account/profile/")
    assert pia.site.mail("pia@people.example", "A passkey was added")


def test_a_forgotten_password(person):
    finn = person("Finn")
    sign_up(finn, side="student", name="Finn Rao", email="finn@people.example")
    sign_out(finn)
    check(finn, "/accounts/password/reset/")
    finn.fill("E-mail", "finn@people.example")
    finn.submit("Send the link")
    finn.check_page()
    finn.go(finn.site.link_in_mail("finn@people.example", "Choose a new password"))
    finn.check_page()
    finn.page.get_by_role("button", name="Show password").click()
    finn.fill("New password", "another long phrase")
    assert finn.page.get_by_label("New password").get_attribute("type") == "text"
    finn.submit("Save password")
    finn.check_page()
    sign_in(finn, "finn@people.example")
    assert "do not belong together" in finn.page.locator("main").inner_text()
    finn.check_page()
    finn.fill("Password", "another long phrase")
    finn.submit(finn.page.locator("main form button[type=submit]").first)
    assert finn.page.url.endswith("/home/")


def test_an_invitation_to_somebody_new(person):
    olga, cy = person("Olga"), person("Cy")
    sign_up(olga, side="employer", name="Olga Berg", email="olga@people.example")
    found_organization(olga)
    check(olga, "/account/organizations/")
    olga.submit(olga.page.get_by_role("link", name=re.compile("^Members")))
    olga.check_page()
    olga.fill("E-mail address", "cy@people.example")
    olga.submit("Send invitation")
    cy.go(cy.site.link_in_mail("cy@people.example", "Olga Berg invites you"))
    cy.check_page()
    cy.submit(cy.page.get_by_role("link", name="Create an account to join"))
    assert cy.page.get_by_label("E-mail").input_value() == "cy@people.example"
    assert cy.page.get_by_label("I want to offer projects").is_checked()
    cy.fill("Your name", "Cy Lind")
    cy.fill("Password", PASSWORD)
    cy.submit("Create account")
    cy.check_page()
    cy.submit("Join Harbor Tours")
    assert "/organizations/harbor-tours" in cy.page.url
    cy.check_page()
    olga.page.reload()
    assert "Cy Lind" in olga.page.locator("main").inner_text()
    check(olga, "/notifications/")
    assert "Cy Lind joined Harbor Tours" in olga.page.locator("main").inner_text()
