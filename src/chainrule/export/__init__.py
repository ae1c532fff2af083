"""A model in the formats that others read, with its preprocessing inside."""
