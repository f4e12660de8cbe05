"""Do the tests bite? Each rule is broken on purpose in a scratch copy; a test must turn red for it."""
