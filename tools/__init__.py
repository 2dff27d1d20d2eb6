"""The house's own tools: each is run as ``python -m tools.<name>`` from the repository root."""
