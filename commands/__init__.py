"""What may be typed? The command groups of `talent`: options in, acts and reads below, words and tables out."""
