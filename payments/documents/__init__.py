"""Invoices, credit notes and payment advices: numbered without gaps, frozen when issued.

`issuing` writes them in the transaction of the fact, `contents` decides what they say, `presenting` lays them out.
"""
