"""A local stand-in for Stripe: HTTP API, hosted pages, signed webhooks, faults.

It runs as a process of its own (`python -m payments.simulator`) and imports nothing of the product;
the product imports nothing of it and cannot tell it from Stripe but for the base address.
"""
