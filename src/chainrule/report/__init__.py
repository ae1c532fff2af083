"""Figures from numbers; nothing here measures anything."""
