"""What the province may do, as data: each act's fields, where it applies, and how it is done; previews of it."""
