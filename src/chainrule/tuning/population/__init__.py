"""Many networks that share one stream of mini-batches, trained as one: their first layers are one wide product."""
