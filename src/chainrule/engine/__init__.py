"""The mathematics of ``network/`` compiled: one call runs many steps without returning to Python."""
