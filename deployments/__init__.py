"""Where does it run? Deployments made from the calendar, their sync with a server, and the one-process run."""
