"""What the other side saw of a letter: its own mailbox, the relay's log."""
