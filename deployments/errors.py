"""Errors of the deployment services, each with a sentence for people. Nothing was changed when one is raised."""


class Refused(Exception):
    """The request is not possible or not allowed now."""


class NotDeployable(Refused):
    """The version cannot be deployed now, for instance because it was revoked or is no longer offered."""


class NameTaken(Refused):
    """The owner has another deployment with this name that is not destroyed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"You already have a deployment named {name}. Choose another name.")


class PriceChanged(Refused):
    """The quote differs from the one on the page that the person confirmed."""
