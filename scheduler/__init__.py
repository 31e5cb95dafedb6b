"""What happens when: configuration, command line, rounds, plan and daemon."""
