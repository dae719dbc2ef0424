"""What an organization's held money did in a month or a year, read from the ledger and from nothing else."""
