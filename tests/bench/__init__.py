"""What `./dev bench NAME` runs: one program per question. Files that begin with "_" are parts of them."""
