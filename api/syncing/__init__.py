"""`GET /sync`: what changed of all that a phone may hold."""
