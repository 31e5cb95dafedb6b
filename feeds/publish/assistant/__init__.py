"""What an assistant (a program that calls tools for a person) may ask of the wire, as values. Read-only."""
