"""Pages of evidence, applications and their assessment."""
