"""What tests of several rooms share: databases, the browser, the source read as a tree. No test stands here."""
