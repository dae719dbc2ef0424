"""What only a laptop or a test run needs: embedded servers, demo people, a mail viewer."""
