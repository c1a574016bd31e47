"""What a deployment refuses, each with a sentence for people; nothing was changed."""


class Refused(Exception):
    """What was asked cannot be done now."""


class NotDeployable(Refused):
    """The version is not, or no longer, the one that the catalogue offers."""


class NameTaken(Refused):
    """Another deployment of the same owner, not destroyed, has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"You already have a deployment named {name}. Choose another name.")


class PriceChanged(Refused):
    """It costs something else than the page showed on which it was confirmed."""
