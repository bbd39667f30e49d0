"""The HTTP edge: who calls, what they sent, how they are answered. What is right or wrong is the verbs' to say."""
