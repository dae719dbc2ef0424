"""The marketplace's own numbers: every number of its rules with a dial. Read by settings.py; amounts in minor units."""

import environ

env = environ.Env()

CURRENCY = env("CURRENCY", default="usd")
HOURLY_FLOOR = env.int("HOURLY_FLOOR", default=2_000)  # minor units per hour
SERVICE_FEE_BPS = env.int("SERVICE_FEE_BPS", default=1_000)  # basis points of the fee, paid by the employer
MAX_FEE = env.int("MAX_FEE", default=1_000_000)  # minor units
JOB_COUNTRIES = env.list("JOB_COUNTRIES", default=["US"])  # ISO 3166: where search engines offer projects as jobs
PROJECT_HOURS = (10, 40)
PROJECT_WORK_DAYS = (env.int("MIN_WORK_DAYS", default=3), env.int("MAX_WORK_DAYS", default=45))
PROJECT_PLACES = (1, env.int("MAX_PLACES", default=5))
PROJECT_CRITERIA = (3, 7)
PROJECT_COMPETENCIES = (2, 5)
DECISION_DAYS = env.int("DECISION_DAYS", default=5)
LIVE_APPLICATIONS_PER_PROJECT = env.int("LIVE_APPLICATIONS_PER_PROJECT", default=25)
WAITING_APPLICATIONS_PER_PROJECT = env.int("WAITING_APPLICATIONS_PER_PROJECT", default=25)
READING_DAYS = env.int("READING_DAYS", default=2)  # from moving up to the decision date, at least
LIVE_APPLICATIONS_PER_STUDENT = env.int("LIVE_APPLICATIONS_PER_STUDENT", default=5)
OFFER_DAYS = env.int("OFFER_DAYS", default=3)
FUNDING_DAYS = env.int("FUNDING_DAYS", default=5)
PAY_AGAIN_DAYS = env.int("PAY_AGAIN_DAYS", default=2)  # at least, after a bank refused a payment that took days
KICKOFF_DAYS = env.int("KICKOFF_DAYS", default=3)
REVIEW_DAYS = env.int("REVIEW_DAYS", default=5)  # the employer's time for one delivery
REVIEW_EXTENSION_DAYS = env.int("REVIEW_EXTENSION_DAYS", default=3)
CHANGE_ROUNDS = env.int("CHANGE_ROUNDS", default=2)
DISPUTE_DAYS = env.int("DISPUTE_DAYS", default=10)
SPLIT_SILENCE_DAYS = env.int("SPLIT_SILENCE_DAYS", default=3)  # then the other side's proposal is accepted
CHANGE_ORDER_DAYS = env.int("CHANGE_ORDER_DAYS", default=5)  # the student's time to answer
CHANGE_ORDER_HOURS = (1, 20)
CHANGE_ORDER_EXTRA_DAYS = (0, 45)
KILL_FEE_BPS = tuple(env.list("KILL_FEE_BPS", cast=int, default=[2_500, 5_000]))  # of the fee: kickoff, midpoint
VANISHED_DAYS = env.int("VANISHED_DAYS", default=2)  # after the due date, without a delivery or a word
REPLACEMENT_DAYS = env.int("REPLACEMENT_DAYS", default=7)  # what was paid is kept for the runner-up
DOUBLE_BLIND_DAYS = env.int("DOUBLE_BLIND_DAYS", default=14)
MATCH_NOTICES_PER_PLACE = env.int("MATCH_NOTICES_PER_PLACE", default=8)
INVITE_ROUNDS = env.int("INVITE_ROUNDS", default=2)  # by the organization, each of as many as at the opening
INVITE_DAYS = env.int("INVITE_DAYS", default=2)  # from one to the next
MATCH_NOTICES_PER_WEEK = env.int("MATCH_NOTICES_PER_WEEK", default=10)  # to one student
EMAILS_PER_DAY = env.int("EMAILS_PER_DAY", default=10)  # to one person; more wait for the digest
HOLD_LIMIT_DAYS = env.int("HOLD_LIMIT_DAYS", default=90)  # how long Stripe lets a platform hold money
