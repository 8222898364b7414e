"""Who is it? Sessions, passwords, the second factor, how often somebody may guess."""
