"""What may be taken away as a file, and in which form?"""
