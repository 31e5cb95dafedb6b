"""The demonstration: invented feeds on loopback, and the real wire running over them."""
