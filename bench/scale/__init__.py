"""A portal with a million movements, and the times of its pages: `make bench ONLY=scale`."""
