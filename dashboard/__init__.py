"""What does the office see? Pages, fragments, commands: reads through `models`, does through `acts`."""
