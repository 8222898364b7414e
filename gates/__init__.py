"""Whether: states and transitions, the facts a gate looks at, the rules, the verdict, what a rerun changes."""
