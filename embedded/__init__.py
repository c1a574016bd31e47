"""PostgreSQL, Valkey and Terraform from wheels, for demo, tests and bench; the apps never import this."""


class EmbeddedUnavailable(Exception):
    """An embedded part cannot run on this machine; the message is a sentence for whoever starts it."""
