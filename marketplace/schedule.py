"""What beat asks for again and again: (name, task, every so many SWEEP_SECONDS). Read by settings.py."""

SWEEPS = [
    ("send-notifications", "marketplace.notifications.tasks.send_due", 1),
    ("check-files", "marketplace.files.tasks.check_files", 1),
    ("draw-previews", "marketplace.files.tasks.draw_previews", 1),
    ("discard-files", "marketplace.files.tasks.discard_unused", 20),
    ("look-up-links", "marketplace.links.tasks.look_up_links", 2),
    ("end-pauses", "marketplace.accounts.tasks.end_pauses", 20),
    ("match-projects", "projects.tasks.sweep_matching", 1 / 3),
    ("match-evidence", "projects.tasks.sweep_evidence", 2),
    ("saved-searches", "projects.tasks.sweep_searches", 1),
    ("project-clocks", "projects.tasks.sweep_clocks", 4),
    ("reliability", "projects.tasks.sweep_reliability", 2),
    ("keep-words", "projects.tasks.keep_words", 20),
    ("count-students", "projects.tasks.count_students", 240),
    ("check-rows", "projects.tasks.check_rows", 240),
    ("application-clocks", "applications.tasks.sweep_clocks", 4),
    ("fairness-reports", "applications.tasks.sweep_fairness", 1440),
    ("engagement-clocks", "engagements.tasks.sweep_clocks", 2),
    ("money-operations", "payments.tasks.sweep_operations", 1),
    ("stripe-events", "payments.tasks.sweep_events", 1),
    ("payment-clocks", "payments.tasks.sweep_clocks", 2),
]
