"""How do letters leave, and did they arrive: claims, rounds, couriers, what became of each."""
