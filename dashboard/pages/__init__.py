"""The pages, one module an area: each an `area` (a router with its policy) that reads, words and renders."""
