"""When: the year files, working days, due instants, reminder rungs, schedule moments, iCalendar."""
