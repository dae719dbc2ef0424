"""What the people of one engagement have decided to do, whatever breaks meanwhile. Drawn from the seed alone."""

from dataclasses import dataclass

GOOD_CARDS = ["4242424242424242", "5555555555554444", "4000000000000077", "4000000000007726"]
DECLINED = "4000000000000002"
ENDINGS = {
    "approved": 46,
    "approved_by_the_clock": 8,
    "never_funded": 2,
    "cancelled_before_funding": 3,
    "cancelled_and_paid_after": 6,
    "cancelled_before_kickoff": 8,
    "given_up_by_the_student": 5,
    "dispute_released": 6,
    "dispute_refunded": 7,
    "dispute_split": 6,
    "cancelled_with_a_kill_fee": 5,
    "charged_back_and_lost": 4,
    "charged_back_and_won": 4,
    "charged_back_after_approval": 4,
    "approved_against_a_dispute": 5,
    "cancelled_against_a_payment": 4,
    "approved_in_parts": 5,
    "cancelled_after_a_part": 3,
    "taken_back": 4,
    "with_a_change_order": 6,
    "approved_against_a_change_order": 4,
    "replaced": 5,
    "replaced_by_nobody": 3,
}


@dataclass(frozen=True)
class Plan:
    ending: str
    begins: float  # 0–1 of the time in which stories begin
    pace: float  # seconds between two steps
    payer: str  # owner or finance
    cards: tuple  # tried in turn; "bank" debits a bank account
    clicks_twice: bool  # every decisive button
    comes_back: bool  # to the site after paying
    rounds: int  # of changes


def decide(dice):
    """Every choice is drawn, needed or not: one more ending does not change what the others do."""
    ending = dice.choices(list(ENDINGS), list(ENDINGS.values()))[0]
    good = dice.choices([*GOOD_CARDS, "bank"], [60, 10, 12, 8, 10])[0]
    declined, before_funding = dice.random() < 0.12, ending.startswith("cancelled_a")
    return Plan(
        ending=ending,
        begins=dice.random(),
        pace=dice.uniform(0.4, 2.5),
        payer=dice.choice(["owner", "finance"]),
        cards=((DECLINED,) if declined else ()) + ((GOOD_CARDS[0] if before_funding and good == "bank" else good),),
        clicks_twice=dice.random() < 0.25,
        comes_back=dice.random() < 0.6,
        rounds=dice.choices([0, 1, 2], [70, 22, 8])[0],
    )
