"""PostgreSQL, Valkey and Terraform from wheels: for the demo, the tests and the benchmark, never for the apps."""


class EmbeddedUnavailable(Exception):
    """An embedded part cannot run on this machine; the text is a sentence for the person who starts it."""
