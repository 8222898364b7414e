"""How it is judged: states and transitions, rules, findings, the verdict, what a rerun holds; no rule of any phase."""
