"""Many settings tried at once: a population of networks trained as one, and the search for the best of them."""
