"""The faults that the money must survive, one test or more for each: docs/payments.md has them in one table."""
