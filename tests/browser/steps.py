"""What people do in the main job, each step a function of the person who does it. Values are checked by the test."""

import re

PASSWORD = "correct horse battery"
BRIEF = (
    "We hand out a survey after every tour. Three seasons of answers sit in three exports with different columns, and "
    "nobody can say what changed. You get the exports and a description of each question."
)
CRITERIA = [
    "One CSV holds the answers of all three seasons",
    "Every column is described in the README",
    "A notebook rebuilds the CSV from the exports",
]


def sign_up(person, *, side, name, email):
    person.go("/accounts/signup/")
    person.check_page()
    person.page.get_by_label("I want to offer projects" if side == "employer" else "I want to do projects").check()
    person.fill("Your name", name)
    person.fill("E-mail", email)
    person.fill("Password", PASSWORD)
    person.click("Create account")
    person.page.wait_for_url("**/confirm-email/")
    person.go(person.site.link_in_mail(email, "Confirm your e-mail address"))
    person.click("Confirm this address")
    person.page.wait_for_url("**/home/")


def sign_in(person, email):
    person.go("/accounts/login/")
    person.fill("E-mail", email)
    person.fill("Password", PASSWORD)
    person.submit(person.page.locator("form[action='/accounts/login/'] button[type=submit]").first)


def found_organization(person):
    person.go("/account/organizations/new/")
    person.fill("Name of the organization", "Harbor Tours")
    person.fill("Website", "harbor-tours.example")
    person.fill("Where you are", "Portland, Maine")
    person.fill("What you do", "Boat tours for school classes, twelve a week in summer.")
    person.click("Found it")
    person.page.wait_for_url("**/projects/manage/")


def post_project(person):
    """The task list from the first part to the submission; returns the project's code."""
    person.go("/projects/new/")
    start_draft(person)
    outcome, deliverable, competencies, rubric, pay, portfolio = section_paths(person)
    person.go(outcome)
    person.fill("Title", "Merge three seasons of visitor survey answers")
    person.page.get_by_label("Field").select_option(index=1)
    person.fill("Brief", BRIEF)
    save(person)
    person.go(deliverable)
    person.fill("Deliverable", "One documented CSV and the notebook that makes it")
    for number, text in enumerate(CRITERIA, 1):
        person.fill(f"Criterion {number}", text)
    save(person)
    person.go(competencies)
    for number, (skill, question) in enumerate(
        [("SQL", "Show a query of yours that joined messy tables."), ("Data cleaning", "Show a file you cleaned.")], 1
    ):
        choose_skill(person, number, skill)
        person.page.locator(f"#id_evidence_{number}").fill(question)
    save(person)
    person.go(rubric)
    person.page.get_by_label("Exceeds").first.fill("A query that others reuse, with its plan explained.")
    save(person)
    person.go(pay)
    person.fill("Hours of work", "16")
    person.fill("Fee for the student", "480")
    save(person)
    person.go(portfolio)
    person.page.get_by_label("Show everything", exact=True).check()
    save(person)
    return re.search(r"/projects/(\w+)/", person.page.url)[1]


def start_draft(person):
    """A working title, then the task list."""
    person.check_page()
    person.fill("Title", "Merge visitor surveys")
    person.click("Start")
    person.page.wait_for_url("**/edit/**")
    person.check_page()


def section_paths(person):
    base = re.match(r".*?(/projects/\w+)/", person.page.url)[1]
    names = ("outcome", "deliverable", "competencies", "rubric", "pay", "portfolio")
    return [f"{base}/edit/{name}/" for name in names]


def choose_skill(person, number, skill):
    """Type the whole name and leave the field, as people do who know it."""
    field = person.page.locator(f"#id_skill_{number}")
    field.fill(skill)
    field.press("Tab")


def save(person):
    before = person.page.url
    person.check_page()
    person.submit("Save and continue")
    assert person.page.url != before, person.page.locator("main").inner_text()[:600]


def submit_project(person, code):
    person.go(f"/projects/{code}/preview/")
    person.check_page()
    person.page.locator("main form button[type=submit]").last.click()
    person.page.wait_for_url("**/submitted/")
    person.check_page()


def open_in_admin(moderator, code):
    """The moderator reads the queue in Django admin and opens the project, with a reason."""
    moderator.go("/admin/projects/project/")
    moderator.page.locator("table input.action-select").first.check()
    choice = moderator.page.locator("select[name=action] option", has_text=re.compile("^Open")).get_attribute("value")
    moderator.page.locator("select[name=action]").select_option(choice)
    moderator.submit(moderator.page.get_by_role("button", name=re.compile("^(Go|Run)")))
    moderator.page.locator("textarea[name=reason]").fill("Clear, paid and well within the rules.")
    moderator.submit(moderator.page.locator("#content form [type=submit]").first)


def answer_eligibility(person):
    person.go("/account/eligibility/?next=/projects/")
    person.check_page()
    person.page.locator("input[name=is_adult][value=yes]").check()
    person.page.get_by_label("Which country do you live in?").select_option("US")
    person.page.locator("input[name=may_contract][value=yes]").check()
    person.click("Save answers")
    person.page.wait_for_url("**/projects/")


def add_evidence(person, title, skills):
    person.go("/applications/library/new/")
    person.fill("Title", title)
    person.fill("Link", f"https://work.example/{title.lower().replace(' ', '-')}")
    person.fill("What did you do yourself?", "I wrote every query and checked the totals against the paper forms.")
    person.fill("What does it prove?", "That my totals can be checked by anybody.")
    person.page.locator("input[name=ai_use][value=none]").check()
    for number, skill in enumerate(skills, 1):
        choose_skill(person, number, skill)
    person.check_page()
    person.click("Add to library")
    person.page.wait_for_url("**/library/")


def apply(person, code):
    """From the project page to the confirmation; returns the application's code."""
    person.go(f"/projects/{code}/")
    person.check_page()
    person.click("Apply")
    person.page.wait_for_url("**/applications/**")
    assert person.page.url.endswith("/edit/evidence/")
    for number in (1, 2):
        person.page.locator(f"input[name=evidence_{number}]").first.check()
    person.check_page()
    person.submit("Save and continue")
    if "/edit/evidence/" in person.page.url:  # what nothing in the library fits has a page of its own
        person.page.locator("input[name=choice]").first.check()
        person.check_page()
        person.submit("Save and continue")
    person.page.wait_for_url("**/plan/")
    person.check_page()
    person.fill("How would you begin?", "I would first line up the question wording of the three seasons.")
    person.page.locator("input[name=is_available][value=yes]").check()
    person.click("Save and continue")
    person.page.wait_for_url("**/check/")
    person.check_page()
    person.click("Send application")
    person.page.wait_for_url("**/submitted/")
    person.check_page()
    return re.search(r"/applications/(\w+)/", person.page.url)[1]


def calibrate(person, code):
    """Whoever has not scored yet is led to the examples; the page of each key leads on."""
    person.go(f"/applications/board/{code}/score/")
    for number in (1, 2, 3):
        assert f"/calibrate/{number}/" in person.page.url
        person.page.locator("input[name=level][value='2']").check()
        if number == 1:
            person.check_page()
        person.submit("Show the key")
        if number == 3:
            person.check_page()
        person.page.get_by_role("link", name="Next example" if number < 3 else "Score the applicants").click()
        person.page.wait_for_url(f"**/calibrate/{number + 1}/" if number < 3 else "**/score/1/**")


def score_everything(person, code, applicants):
    """Score mode, one competency across the applicants, until nothing is left."""
    person.go(f"/applications/board/{code}/")
    person.check_page()
    calibrate(person, code)
    for number in range(2 * applicants):
        person.go(f"/applications/board/{code}/score/")
        assert "/score/" in person.page.url, f"{number} scored, {person.page.url}"
        if number == 0:
            person.check_page()
        score_by_keys(person.page) if number == 1 else score_by_pointer(person)


def score_by_pointer(person):
    person.page.locator("input[name=level][value='2']").check()
    person.fill("What in the evidence decided it?", "The joins are correct and the totals are checked.")
    person.submit(person.page.get_by_role("button", name=re.compile("^Save")).first)


def score_by_keys(page):
    """No key works while a field takes text, nor once they are turned off."""
    before, reason = page.url, page.get_by_label("What in the evidence decided it?")
    page.get_by_role("button", name="Turn keys off").press("Enter")
    page.keyboard.press("4")
    assert page.locator("input[name=level]:checked").count() == 0
    page.get_by_role("button", name="Turn keys on").press("Enter")
    page.keyboard.press("3")
    assert page.locator("input[name=level]:checked").get_attribute("value") == "2"
    page.keyboard.press("p")
    page.get_by_text("This score is not saved.").wait_for()
    reason.press_sequentially("Joins 1 to 4 are correct, and p stays p.")
    assert reason.input_value() == "Joins 1 to 4 are correct, and p stays p."
    page.locator("input[name=level]:checked").focus()
    page.keyboard.press("n")
    page.wait_for_url(lambda url: url != before)


def shortlist_and_offer(person, application):
    person.go(f"/applications/{application}/applicant/shortlist/")
    person.check_page()
    person.submit("Shortlist and reveal")
    person.go(f"/applications/{application}/applicant/offer/")
    person.check_page()
    person.fill("A note to go with the offer", "Your survey query was exactly what we need.")
    person.submit(person.page.get_by_role("button", name=re.compile("^Offer")))


def decline(person, application):
    person.go(f"/applications/{application}/applicant/decline/")
    person.check_page()
    person.page.locator("input[name=reason][value=stronger]").check()
    person.submit(person.page.locator("main form button[type=submit]").first)


def accept_offer(person, application):
    person.go(f"/applications/{application}/offer/")
    person.check_page()
    person.page.get_by_role("button", name=re.compile("^Accept")).first.click()
    person.page.wait_for_url("**/engagements/**")
    person.check_page()
    return re.search(r"/engagements/(\w+)/", person.page.url)[1]


def fund(person, engagement):
    person.go(f"/payments/work/{engagement}/fund/")
    person.check_page()
    person.page.get_by_role("button", name=re.compile("^Pay")).first.click()
    person.page.wait_for_url(f"{person.site.simulator_url}/**")
    person.page.get_by_label("Card number").fill("4242 4242 4242 4242")
    for label, value in (("Expiry", "12 / 34"), ("MM / YY", "12 / 34"), ("CVC", "123"), ("Name on card", "Hanna Berg")):
        field = person.page.get_by_label(label)
        if field.count() and not field.first.input_value():
            field.first.fill(value)
    person.page.get_by_role("button", name=re.compile("^Pay")).click()
    person.page.wait_for_url(f"{person.site.url}/**")


def set_up_payouts(person):
    person.go("/payments/payouts/")
    person.check_page()
    person.page.get_by_role("button", name=re.compile("at Stripe$")).first.click()
    person.page.wait_for_url(f"{person.site.simulator_url}/**")
    fill_onboarding(person.page)
    person.page.get_by_role("button", name="Agree and submit").click()
    person.page.wait_for_url(f"{person.site.url}/**")


def fill_onboarding(page):
    values = {
        "given_name": "Ravi", "surname": "Menon", "day": "4", "month": "5", "year": "2004", "line1": "1 Elm Street",
        "city": "Portland", "state": "ME", "postal_code": "04101", "routing": "110000000", "account": "000123456789",
    }  # fmt: skip
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)


def confirm_kickoff(person, engagement):
    person.go(f"/engagements/{engagement}/kickoff/")
    person.check_page()
    person.page.get_by_label("I have read the acceptance criteria").check()
    person.submit("Confirm the kickoff")


def send_message(person, engagement, text, file=None):
    person.go(f"/engagements/{engagement}/")
    person.page.get_by_label("Message", exact=True).fill(text)
    if file:
        person.page.locator("input[type=file]").set_input_files(file)
    person.click("Send")
    person.page.get_by_text(text).first.wait_for()


def deliver(person, engagement, note, file):
    person.go(f"/engagements/{engagement}/deliver/")
    person.check_page()
    person.fill("What is in this version", note)
    person.page.locator("input[type=file]").set_input_files(file)
    person.page.get_by_role("button", name=re.compile("^Deliver version")).click()
    person.page.wait_for_url(lambda url: "/deliver/" not in url)


def request_changes(person, engagement, version, comment):
    person.go(f"/engagements/{engagement}/deliveries/{version}/")
    person.check_page()
    person.page.get_by_label("Not yet").nth(1).check()
    person.page.get_by_label("What is missing").nth(1).fill(comment)
    person.submit(person.page.get_by_role("button", name=re.compile("^Request changes")))


def approve(person, engagement):
    person.go(f"/payments/work/{engagement}/approve/")
    person.check_page()
    person.submit(person.page.locator("main").get_by_role("button", name=re.compile("^Approve and release")).first)


def review(person, engagement, text, *, confirms=False):
    person.go(f"/engagements/{engagement}/review/")
    person.check_page()
    person.page.locator("input[name=rating][value='5']").check()
    person.page.locator("input[name=again]").first.check()
    if confirms:
        for name in person.page.evaluate(
            "[...new Set([...document.querySelectorAll('input[name^=level]')].map(one => one.name))]"
        ):
            person.page.locator(f"input[name='{name}'][value='2']").check()
    person.fill("Your review", text)
    person.submit("Send the review")


def publish_case(person):
    person.go("/portfolio/")
    person.check_page()
    person.submit("Add to your portfolio")
    for field in person.page.locator("main textarea").all():
        field.fill("Three seasons of answers in three shapes; now one table that anybody can rebuild.")
    person.submit("Save and publish")
