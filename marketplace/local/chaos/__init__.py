"""`./dev chaos`: people at work while everything under them breaks, then the books are compared (docs/chaos.md).

stack, recovery      real processes: started, killed, frozen, started again, and how long that took
settings, clock      what the site's processes run with: one seam for their clock, a sign of life after each task
world, stories, acts who there is, and what each of them has decided to do
people, pages        they do it over HTTP, as a browser would: read the page, fill in the form, send it again
faults               what goes wrong: at Stripe, on the way, in the servers
facts, audit         what is written here and at Stripe, and the five sums that must be zero
command, report      the order of a run, and its figures
"""
