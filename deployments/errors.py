"""Errors of the deployment services, each with a sentence for people. Nothing was changed when one is raised."""


class Refused(Exception):
    """The request is not possible or not allowed now."""


class NotDeployable(Refused):
    """The version cannot be deployed now, for instance because it was revoked or is no longer offered."""


class NameTaken(Refused):
    """The owner has another deployment with this name that is not destroyed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"You already have a deployment named {name}. Choose another name.")


class InputsUnreadable(Refused):
    """The deployment's sensitive inputs can't be decrypted; `missing_key` is the id of a key, or blank."""

    def __init__(self, missing_key: str = "") -> None:
        what = "The stored sensitive inputs can't be decrypted"
        if missing_key:
            put_back = f"the key “{missing_key}” is missing. Ask an admin to put it back into PORTAL_KEYS"
            super().__init__(f"{what}: {put_back}, or change the inputs and enter them again.")
        else:
            super().__init__(f"{what}. Change the inputs and enter them again.")


class PriceChanged(Refused):
    """The quote differs from the one on the page that the person confirmed."""
