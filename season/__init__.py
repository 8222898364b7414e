"""What follows, inside one transaction: settle, judge, remind, owe letters and write them."""
