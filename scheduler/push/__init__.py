"""What is told to others without being asked: outbox, hubs, and what else leaves by a POST."""
